# Images of Towline: no shell, no package manager, user 65532, only /var/lib/towline is written to.
#
#   scripts/image                            all of them from a release build of this folder; prints their sizes
#   docker build --target executor .         the same, compiled inside the build (amd64 and arm64); needs BuildKit
# Behind a proxy that ends TLS add --secret id=ca,src=ITS_AUTHORITIES.pem, for npm and pip.
#
# Targets: scheduler, executor, executor-slim (no DuckDB library), executor-python (a seam, see there).
ARG DEBIAN=debian:bookworm-slim
# How it is compiled inside: a preset of CMakePresets.json.
ARG PRESET=release
# compiled = build from source in here; installed = take build/image, which `cmake --install` made.
ARG PROGRAMS=compiled

# Apart from the compiler, so that it is fetched beside it and again only when scripts/setup changes.
FROM ${DEBIAN} AS duckdb
WORKDIR /src
# Taken from this folder if scripts/setup has fetched it already and it is this machine's; the checksum decides.
COPY scripts/setup .dep[s]/duckdb/lib/libduckdb.s[o] /fetched/
RUN --mount=type=secret,id=ca mkdir -p scripts .deps/duckdb/lib && cp /fetched/setup scripts/setup \
 && if [ -f /fetched/libduckdb.so ]; then cp /fetched/libduckdb.so .deps/duckdb/lib/; fi \
 && if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi && scripts/setup --duckdb

FROM ${DEBIAN} AS toolchain
WORKDIR /src
COPY scripts/setup scripts/setup
RUN scripts/setup --packages && rm -rf /var/lib/apt/lists/*

# What the two programs of the images are made of and nothing else, so that a changed document or chart compiles nothing. Objects are kept by ccache in a
# cache of the builder: a changed source compiles what includes it.
FROM toolchain AS compiled
ARG PRESET
COPY CMakeLists.txt CMakePresets.json LICENSE ./
COPY cmake cmake
COPY third_party third_party
COPY common common
COPY agent agent
COPY scheduler scheduler
COPY cli cli
RUN --mount=type=cache,target=/root/.cache/ccache cmake --preset "${PRESET}" -DTOWLINE_TESTS=OFF \
 && cmake --build --preset "${PRESET}" --target towline-scheduler towline-executor \
 && for part in scheduler executor; do cmake --install "build/${PRESET}" --strip --prefix /opt/towline --component $part || exit 1; done \
 && rm -rf build \
 && cp LICENSE /opt/towline/LICENSE && cp third_party/duckdb/LICENSE /opt/towline/LICENSE.duckdb
COPY --from=duckdb /src/.deps/duckdb/lib/ /opt/towline/lib/

FROM scratch AS installed
COPY build/image /opt/towline

FROM ${PROGRAMS} AS programs

# What the programs need at run time, out of Debian's packages. image_root copies only the files that are really used.
FROM ${DEBIAN} AS runtime
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ca-certificates tzdata \
      libcurl4 libdate-tz3 libfmt9 libpq5 libspdlog1.10 libsqlite3-0 libssl3 libstdc++6 libyaml-cpp0.7 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --chmod=755 scripts/image_root /usr/local/sbin/image_root
COPY --from=programs /opt/towline /opt/towline

FROM runtime AS scheduler-root
RUN image_root /image towline-scheduler

FROM runtime AS executor-root
RUN image_root /image towline-executor && mkdir /image/app && ln -s /usr/local/bin/towline-executor /image/app/pex

# What all images have in common; the rest of a label's names is added below.
FROM scratch AS common
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="debian:bookworm-slim"
ENV HOME=/var/lib/towline
USER 65532:65532
STOPSIGNAL SIGTERM

FROM common AS scheduler
LABEL org.opencontainers.image.title="towline-scheduler" \
      org.opencontainers.image.description="Decides what of a SQLMesh project runs when; executors pull the work"
COPY --from=scheduler-root /image /
WORKDIR /var/lib/towline
ENV TOWLINE_LISTEN=0.0.0.0:8080 TOWLINE_STORE_URL=sqlite:/var/lib/towline/scheduler.db
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/towline-scheduler", "serve", "--check"]
ENTRYPOINT ["/usr/local/bin/towline-scheduler"]
CMD ["serve"]

FROM common AS executor-settings
LABEL org.opencontainers.image.title="towline-executor" \
      org.opencontainers.image.description="Pulls a Towline scheduler's work and does it on your own SQL engine"
ENV TOWLINE_SPOOL_DIR=/var/lib/towline/spool
# Liveness: reads a local file, needs no network, so an outage of the scheduler never ends a healthy executor.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/towline-executor", "run", "--check"]
# `run`, `apply`, and with Tobiko's spelling `executor run`, `executor apply`; /app/pex is the same program.
ENTRYPOINT ["/usr/local/bin/towline-executor"]
CMD ["run"]

FROM executor-settings AS executor-slim
COPY --from=executor-root /image /
WORKDIR /var/lib/towline

FROM executor-slim AS executor
COPY --from=programs /opt/towline/lib/libduckdb.so /usr/local/lib/libduckdb.so

# SQLMesh is pinned to the release whose names and fingerprints Towline has (docs/compatibility.md).
FROM ${DEBIAN} AS python
ARG SQLMESH=0.236.4
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ca-certificates python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
RUN --mount=type=secret,id=ca if [ -f /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi \
 && python3 -m venv /opt/python && /opt/python/bin/pip install --no-cache-dir --disable-pip-version-check -q "sqlmesh==${SQLMESH}"

# A seam for a worker of Python models: an executor beside an interpreter with SQLMesh. Today's executor refuses Python models by
# name and starts no Python, so this image can do nothing that `executor` cannot; it exists so that manifests need not change later.
FROM executor-settings AS executor-python
LABEL org.opencontainers.image.description="towline-executor beside Python and SQLMesh; Python models are still refused by name"
COPY --from=python / /
COPY --from=executor /usr/lib /usr/lib
COPY --from=executor /usr/local /usr/local
COPY --from=executor /app /app
COPY --from=executor /etc/passwd /etc/group /etc/nsswitch.conf /etc/
COPY --from=executor --chown=65532:65532 /var/lib/towline /var/lib/towline
WORKDIR /var/lib/towline
