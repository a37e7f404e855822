import { createHash } from 'node:crypto';

/**
 * The look of the pages that the API renders itself: phones first, light and dark. Text has a contrast of at least 4.5
 * to 1 with its background.
 */
const STYLE = `:root{color-scheme:light dark;--ground:#fbfaf7;--raised:#fff;--ink:#1d2529;--quiet:#566269;--line:#dedcd4;
--edge:#80898d;--accent:#0f6674;--on-accent:#fff;--tint:#e6f1f2;--good:#1f6b3a;--good-tint:#e8f4ea;--over:#efede7;
--bad:#a12a1e;--bad-tint:#fbebe8;font:100%/1.55 system-ui,sans-serif}
@media(prefers-color-scheme:dark){:root{--ground:#12181b;--raised:#1a2226;--ink:#e8edee;--quiet:#a3b1b6;--line:#313d43;
--edge:#75858c;--accent:#5cc3d0;--on-accent:#08262b;--tint:#17333a;--good:#86d6a0;--good-tint:#17301f;--over:#232b2f;
--bad:#ff9f92;--bad-tint:#3a1d1a}}
*,*::before,*::after{box-sizing:border-box}
body{max-width:44rem;margin:0 auto;padding:1rem clamp(1rem,4vw,2rem) 3rem;background:var(--ground);color:var(--ink);
overflow-wrap:anywhere}
header{padding-block:.5rem 1rem;font-size:1.1rem;font-weight:700}
main{display:grid;gap:2rem}
section,form{display:grid;gap:.75rem;justify-items:start}
form{width:100%}
h1,h2,p,ul,dl,dd,table{margin:0;padding:0}
h1,h2{line-height:1.25;text-wrap:balance}
h1{font-size:1.5rem}
h2{font-size:1.2rem}
a{color:var(--accent);text-underline-offset:.2em}
.story{padding:clamp(1rem,3vw,1.5rem);border-radius:.5rem;background:var(--tint)}
.story.good{background:var(--good-tint)}
.story.good h1{color:var(--good)}
.story.over{background:var(--over)}
.story.bad{background:var(--bad-tint)}
.story.bad h1{color:var(--bad)}
.story ul{padding-inline-start:1.25rem}
[hidden]{display:none!important}
.hint{color:var(--quiet);font-size:.875rem}
.button,input,textarea{min-height:2.75rem;padding:.5rem 1rem;border:1px solid var(--edge);border-radius:.5rem;
background:var(--raised);color:inherit;font:inherit}
input,textarea{font-weight:400}
textarea{width:100%;resize:vertical}
.said{display:block;white-space:pre-line}
.button{display:inline-flex;align-items:center;justify-content:center;font-weight:600;text-decoration:none;
cursor:pointer}
.primary{border-color:transparent;background:var(--accent);color:var(--on-accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
label{display:grid;gap:.25rem;width:100%;max-width:26rem;font-weight:600}
label .hint{font-weight:400}
.rows{width:100%;list-style:none}
.rows li{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.5rem 1rem;padding-block:.5rem;
border-block-end:1px solid var(--line)}
table{width:100%;border-collapse:collapse}
th,td{padding-block:.5rem;border-block-end:1px solid var(--line);font-weight:400;text-align:start}
td{padding-inline-start:1rem;text-align:end;white-space:nowrap}
.total>*{font-weight:700}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}
dt{color:var(--quiet)}
address{font-size:1.15rem;font-style:normal}
.goods td{text-align:start;white-space:normal}
.goods th,.goods td{padding-inline:0 1rem;vertical-align:top}
.goods th:last-child,.goods td:last-child{padding-inline-end:0}
.stop{width:100%;padding:1rem;border:.3rem solid;color:var(--bad)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media print{:root{color-scheme:light;--ground:#fff;--ink:#000;--quiet:#333;--line:#999;--bad:#000}
@page{margin:1.5cm}
body{max-width:none;padding:0}
tr,.stop{break-inside:avoid}
.button,form{display:none}}`;

export const STYLESHEET = STYLE.replaceAll('\n', '');

/** What allows these styles and no others. */
export const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLESHEET).digest('base64')}'`;
