-- What a decision was about: the step, and Stripe's id of what was reported. Both stood in the key alone:
-- decided/<step>/<subject>/<time>. Entries of before are filled in when their order's decisions are read.
ALTER TABLE "timeline" ADD COLUMN "step" TEXT, ADD COLUMN "subject" TEXT;
