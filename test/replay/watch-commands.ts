import { proxySinks, type Sinks, type WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Bundled with the workflows: passes on every command that they give, also while a history is replayed. */
export interface CommandSinks extends Sinks {
  commands: { given(commands: unknown[]): void };
}

const sinks = proxySinks<CommandSinks>();

export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      concludeActivation(input, next) {
        const output = next(input);
        if (output.commands.length > 0) sinks.commands.given(output.commands);
        return output;
      },
    },
  ],
});
