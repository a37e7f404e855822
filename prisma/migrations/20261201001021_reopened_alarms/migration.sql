-- How often an alarm came back within its episode. One that a probe ends and the next request opens again would else
-- never be open for long enough to be told of.
ALTER TABLE "account_alarms" ADD COLUMN "reopened" INTEGER NOT NULL DEFAULT 0;
