/** The control page's own CSS rules: it is a wide page of tables. */
export const CONTROL_STYLE = `
.control { max-width: 82rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
.control h1 { font-size: 1.5rem; }
.control h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
.control section { margin-top: 2.25rem; scroll-margin-top: 4rem; }
.control p { margin: .35rem 0 .75rem; color: var(--soft); max-width: 60rem; }
.control nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: .75rem 0 0; padding: 0; }
.control nav a { color: var(--brand); }
.note { position: sticky; top: 0; z-index: 1; margin: 0; padding: .7rem 1.25rem; text-align: center; background: #e3f4e8; color: #10502a; border-bottom: 1px solid #a9d6b8; font-weight: 550; overflow-wrap: anywhere; }
.note.failed { background: var(--bad-wash); color: var(--bad); border-color: #eab6be; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
.scroll:focus-visible { outline: 3px solid #a9a8f0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; font-weight: 600; color: var(--soft); background: var(--wash); white-space: nowrap; }
th, td { padding: .45rem .7rem; vertical-align: middle; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
tr:target { background: #fff8df; }
tr { scroll-margin-top: 5rem; }
td time, td .money { white-space: nowrap; font-variant-numeric: tabular-nums; }
.id { display: block; max-width: 15ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; user-select: all; font-size: .85rem; }
.small-print { color: var(--soft); font-size: .85rem; }
.state { display: inline-block; margin: .1rem .25rem .1rem 0; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid var(--line); background: #fff; color: var(--soft); font-size: .82rem; white-space: nowrap; }
.state.good { background: #e3f4e8; border-color: #a9d6b8; color: #10502a; }
.state.open { background: #fff3d1; border-color: #e3c66f; color: #5c4300; }
.state.bad { background: var(--bad-wash); border-color: #eab6be; color: var(--bad); }
.buttons { display: flex; flex-wrap: wrap; gap: .35rem; align-items: center; }
.buttons form { display: inline-flex; flex-wrap: wrap; gap: .25rem; align-items: center; }
.buttons .group { padding: .2rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--wash); }
section > .buttons { margin-bottom: .75rem; }
.control button { padding: .28rem .65rem; font-size: .85rem; font-weight: 550; }
.control button:hover { background: var(--wash); border-color: var(--brand); }
.control input, .control select { width: auto; padding: .25rem .45rem; font-size: .85rem; }
.control input.amount { width: 5.5rem; }
.control input[type="checkbox"] { accent-color: var(--brand); }
.plan { display: flex; flex-wrap: wrap; gap: .5rem 1.1rem; align-items: end; margin: 0 0 .75rem; padding: .75rem .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--wash); }
.plan label { margin: 0; }
.plan .check { display: flex; gap: .4rem; align-items: center; padding-bottom: .3rem; }
.plan input[type="number"] { width: 4.5rem; }
.empty { border: 1px dashed var(--line); border-radius: .5rem; padding: .7rem .9rem; }
.nothing { color: var(--soft); font-size: .85rem; }
@media (max-width: 60rem) {
  .scroll { border: 0; }
  table, tbody, tr, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .75rem; margin-bottom: .6rem; }
  td { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .5rem; padding: .2rem 0; border: 0; }
  td::before { content: attr(data-column); color: var(--soft); }
  .id { max-width: none; }
}
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; padding: 0; }
`;
