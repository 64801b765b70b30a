# The server, its models and nothing else. docs/deploy.md says how to run it.

FROM debian:12-slim AS build
WORKDIR /src
COPY scripts/install-packages.sh scripts/packages.txt scripts/
RUN scripts/install-packages.sh build
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY include include
COPY server server
# Any x86-64 machine since 2013 has what x86-64-v3 asks for (AVX2, FMA). Where there is AVX-512 the program runs its other half.
# Empty: the compiler's default.
ARG INKLING_ARCH="x86-64-v3;x86-64-v4"
RUN cmake --preset default -D "INKLING_ARCH=$INKLING_ARCH" -D INKLING_BUILD_EXAMPLES=OFF -D INKLING_BUILD_TESTS=OFF \
      -D INKLING_BUILD_BENCH=OFF -D INKLING_INSTALL=OFF -D CMAKE_UNITY_BUILD=ON \
 && cmake --build --preset default --target inkling-server -j 2 \
 && strip build/default/bin/inkling-server

FROM debian:12-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libcpp-httplib0.11 libgomp1 libjpeg62-turbo libsqlite3-0 libtiff6 libwebp7 libzxing2 zlib1g \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log \
 && useradd --system --no-create-home --home-dir / --shell /usr/sbin/nologin inkling
COPY --from=build /src/build/default/bin/inkling-server /usr/local/bin/
COPY models/*.safetensors /usr/local/share/inkling/models/
COPY models/lines/*.safetensors /usr/local/share/inkling/models/lines/
# Fails here, not in production, when a library is missing.
RUN inkling-server --version

USER inkling
ENV PORT=8080
EXPOSE 8080
STOPSIGNAL SIGTERM
# Bash is in the image already; curl is not.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT && printf 'GET /health HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ $status = 200 ]"]
ENTRYPOINT ["inkling-server"]
CMD ["--host", "0.0.0.0"]
