# Built in one stage, run in another: the image that runs has no compiler, no tests and no tools for them.
FROM node:22-bookworm-slim AS build
WORKDIR /muster
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json vite.config.js ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    MUSTER_HOST=0.0.0.0 \
    MUSTER_PORT=8443 \
    MUSTER_DATA=/data
WORKDIR /muster
COPY --from=build /muster/node_modules ./node_modules
COPY --from=build /muster/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
COPY scripts/healthy.mjs ./scripts/healthy.mjs
RUN mkdir /data && chown node:node /data
# Whatever the build left writable belongs to root: the server may write to /data only.
USER node
VOLUME /data
EXPOSE 8443
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "scripts/healthy.mjs"]
ENTRYPOINT ["node", "bin/muster.js"]
CMD ["serve"]
