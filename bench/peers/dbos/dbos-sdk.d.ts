// What this package uses of the DBOS SDK, so that `npm run typecheck` can check the rest where the SDK is not
// installed. Where it is, its own types are read (see `paths` in tsconfig.json).

export interface StepConfig {
  retriesAllowed?: boolean;
  maxAttempts?: number;
}

export declare const DBOS: {
  setConfig(config: {
    name: string;
    systemDatabaseUrl: string;
    systemDatabasePoolSize: number;
    logLevel: string;
  }): void;
  launch(): Promise<void>;
  registerWorkflow<Args extends unknown[], Return>(
    workflow: (...args: Args) => Promise<Return>,
    config: { name: string },
  ): (...args: Args) => Promise<Return>;
  startWorkflow<Args extends unknown[], Return>(
    workflow: (...args: Args) => Promise<Return>,
    params: { workflowID: string },
  ): (...args: Args) => Promise<unknown>;
  runStep<Return>(step: () => Promise<Return>, config: StepConfig & { name: string }): Promise<Return>;
  setEvent<T>(key: string, value: T): Promise<void>;
  getEvent<T>(workflowId: string, key: string, seconds: number): Promise<T | null>;
  send<T>(workflowId: string, message: T, topic: string, idempotencyKey: string): Promise<void>;
  recv<T>(topic: string, seconds: number): Promise<T | null>;
};
