FROM node:22-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json ./
COPY libs/core/package.json libs/core/
COPY libs/identity/package.json libs/identity/
COPY libs/lifecycle/package.json libs/lifecycle/
COPY libs/observability/package.json libs/observability/
COPY libs/postgres/package.json libs/postgres/
COPY libs/jwt/package.json libs/jwt/
COPY libs/schematics/package.json libs/schematics/
COPY libs/secrets/package.json libs/secrets/
COPY libs/traffic/package.json libs/traffic/
COPY libs/services/package.json libs/services/
COPY libs/testing/package.json libs/testing/
COPY libs/transports/package.json libs/transports/
COPY apps/cloud-api/package.json apps/cloud-api/
COPY apps/orchestrator/package.json apps/orchestrator/

FROM manifests AS build
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM manifests AS runtime
ENV NODE_ENV=production
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY --from=build /app/libs/core/dist libs/core/dist
COPY --from=build /app/libs/identity/dist libs/identity/dist
COPY --from=build /app/libs/jwt/dist libs/jwt/dist
COPY --from=build /app/libs/lifecycle/dist libs/lifecycle/dist
COPY --from=build /app/libs/observability/dist libs/observability/dist
COPY --from=build /app/libs/postgres/dist libs/postgres/dist
COPY --from=build /app/libs/secrets/dist libs/secrets/dist
COPY --from=build /app/libs/traffic/dist libs/traffic/dist
COPY --from=build /app/libs/services/dist libs/services/dist
COPY --from=build /app/apps/cloud-api/dist apps/cloud-api/dist
COPY --from=build /app/apps/orchestrator/dist apps/orchestrator/dist
COPY LICENSE ./
# Where the embedded database lives when there is no DATABASE_URL.
RUN mkdir data && chown node:node data
USER node
ENV PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the process that gets SIGTERM, and answers what is in flight before it ends.
CMD ["node", "apps/orchestrator/dist/main.js"]
