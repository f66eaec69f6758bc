# What `cargo xtask dist` makes, made by the same program: the release tarball, and the runtime's jar that is in it.
{ lib, pkgs }:
let
  inherit (lib.importTOML ../Cargo.toml) workspace;
  fetch = import ./artifact.nix { inherit lib pkgs; };
  programs = import ./programs.nix { inherit lib pkgs; };
  artifacts = (lib.importJSON ../closure.lock).artifacts;

  sources = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../CHANGELOG.md
      ../LICENSE
      ../app.json
      ../buildpack
      ../closure.classes
      ../closure.lock
      ../closure.toml
      ../crates/pio-closure/src
      ../dist-workspace.toml
      ../release
      ../runtime
    ];
  };
in
pkgs.runCommand "predictionio-release-${workspace.package.version}"
  {
    # The wheel's Java names the usual loader, which a sandbox has not.
    PIO_JAVA_LOADER = pkgs.stdenv.cc.bintools.dynamicLinker;
    outputs = [
      "out"
      "runtime"
    ];

    # A file, because together these lines are longer than an environment variable may be.
    passAsFile = [ "artifacts" ];
    artifacts = lib.concatMapStrings (artifact: "${artifact.sha256} ${fetch artifact}\n") artifacts;
  }
  ''
    cp -r ${sources} $NIX_BUILD_TOP/source
    chmod -R u+w $NIX_BUILD_TOP/source
    [ -w "$HOME" ] || export HOME=$NIX_BUILD_TOP
    export CARGO_MANIFEST_DIR=$NIX_BUILD_TOP/source/xtask XDG_CACHE_HOME=$NIX_BUILD_TOP/cache
    mkdir -p $XDG_CACHE_HOME/pio/artifacts
    while read -r sha256 file; do
      install -m 444 $file $XDG_CACHE_HOME/pio/artifacts/$sha256
      touch -d @315532801 $XDG_CACHE_HOME/pio/artifacts/$sha256
    done < $artifactsPath

    xtask=${programs.xtask}
    $xtask/bin/xtask vendor
    $xtask/bin/xtask runtime
    $xtask/bin/xtask dist --with-programs ${programs}/bin --with-bill $xtask/sbom.cdx.json --out $out
    install -D -m 444 $XDG_CACHE_HOME/pio/closure-*/runtime/pio-runtime.jar $runtime/pio-runtime.jar
  ''
