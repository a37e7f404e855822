# One image for every command: api (the default), worker, migrate, seed, temporal-setup, stripe-setup, doctor, replay.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
# The schema is copied first, because the installation generates the database client from it.
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma/schema prisma/schema
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY docker/sbom.mjs docker/sbom.mjs
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm run --silent sbom > sbom.cdx.json

FROM node:24.21.0-bookworm-slim
# Temporal's client uses the system's certificates, which the slim image lacks.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0
COPY --from=dependencies /app/node_modules node_modules
# What is in the image, in CycloneDX.
COPY --from=dependencies /app/sbom.cdx.json sbom.cdx.json
COPY --from=build /app/dist dist
COPY prisma/migrations prisma/migrations
# For `replay` without arguments: the history of every ending.
COPY test/replay/histories test/replay/histories
COPY docker/holdfast docker/holdfast
COPY package.json LICENSE ./
# Nothing in it is written to: run it with a read-only root.
USER node
EXPOSE 3000 9464
# Works for either process: it tries the ports of both.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "Promise.any([process.env.PORT || 3000, process.env.WORKER_PORT || 9464].map((port) => fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.ok || Promise.reject()))).catch(() => process.exit(1))"]
ENTRYPOINT ["/app/docker/holdfast"]
CMD ["api"]
