/** The commands of the control API and its page, by path. Both run the same command. */
import { type Read, readShape, type Shape } from '../http/params';
import type { Store } from '../store/store';

/** How a command is added: its path, the parameters it reads, and what it does; the answer is what `run` returns. */
type Add = <S extends Shape>(path: string, shape: S, run: (params: Read<S>, id: string) => unknown) => void;

interface Command {
  segments: string[];
  shape: Shape;
  run: (params: never, id: string) => unknown;
}

export class Commands {
  private readonly commands: Command[] = [];

  constructor(private readonly store: Store) {}

  /** A command that runs in one transaction. */
  readonly add: Add = (path, shape, run) =>
    this.addWithoutTransaction(path, shape, (params, id) => this.store.transaction(() => run(params, id)));

  /** A command that is asynchronous, or opens its transactions itself. */
  readonly addWithoutTransaction: Add = (path, shape, run) => {
    this.commands.push({ segments: path.split('/'), shape, run });
  };

  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  /** @throws Refusal when the parameters are wrong or the command cannot be carried out */
  async run(path: string, params: Record<string, unknown>): Promise<unknown> {
    const command = this.find(path);
    if (command === undefined) throw new Error(`no command has the path ${path}`);
    const id = path.split('/')[command.segments.indexOf(':id')] ?? '';
    return command.run(readShape(command.shape, params) as never, decodeURIComponent(id));
  }

  private find(path: string): Command | undefined {
    const segments = path.split('/');
    return this.commands.find(
      (command) =>
        command.segments.length === segments.length &&
        command.segments.every((segment, at) => segment === ':id' || segment === segments[at]),
    );
  }
}
