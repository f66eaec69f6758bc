# The programs of a release, static, and as an output of its own what lays out the rest in nix/release.nix: the task runner, and the
# bill of the crates in the programs.
{ lib, pkgs }:
let
  manifest = lib.importTOML ../Cargo.toml;
in
pkgs.pkgsStatic.rustPlatform.buildRustPackage {
  pname = "predictionio";
  inherit (manifest.workspace.package) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../.cargo
      ../Cargo.lock
      ../Cargo.toml
      ../closure.lock
      ../crates
      ../e2e
      ../rust-toolchain.toml
      ../xtask
    ];
  };
  cargoLock.lockFile = ../Cargo.lock;
  cargoBuildFlags = [
    "--package=pio-cli"
    "--package=pio-launcher"
    "--package=pio-buildpack"
    "--package=xtask"
  ];

  meta.mainProgram = "pio";

  # `cargo xtask test` runs the tests; they want a database and a network.
  doCheck = false;

  outputs = [
    "out"
    "xtask"
  ];

  installPhase = ''
    release=$(find target -path '*release/xtask' -printf '%h\n' | head -n 1)
    mkdir -p $out/bin $xtask/bin
    cp $release/pio $release/pio-launcher $release/pio-buildpack $out/bin/
    cp $release/xtask $xtask/bin/
    $xtask/bin/xtask dist --bill $xtask/sbom.cdx.json
  '';
}
