# The packages of nixpkgs that our flake uses, made with the host's tools.
{ lib }:
let
  derive =
    attributes:
    derivation (
      {
        system = "x86_64-linux";
        builder = "/bin/bash";
      }
      // attributes
    );

  # A script with the user's own home and programs: Nix gives builders neither. The shell stays until the end: in the place of its last
  # program Nix would see that one's output closed just before it ends, as cp and install do, and kill it.
  script = text: [
    "-c"
    ''
      export HOME=$(/usr/bin/getent passwd "$(/usr/bin/id -u)" | /usr/bin/cut -d: -f6)
      export PATH=$HOME/.cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      set -euo pipefail
      ${text}
      exit 0
    ''
  ];

  # From the user's cache of artifacts, else with the ordinary client of the registry. Nix checks the digest.
  fetch =
    { name, sha256, client }:
    derive {
      inherit name;
      outputHash = sha256;
      outputHashAlgo = "sha256";
      outputHashMode = "flat";
      preferLocalBuild = true;
      impureEnvVars = [ "PIO_NIX_ARTIFACTS" ];
      args = script ''
        if [ -f "''${PIO_NIX_ARTIFACTS:-/none}/${sha256}" ]; then cp "$PIO_NIX_ARTIFACTS/${sha256}" $out; else ${client}; fi
      '';
    };

  # mirror://maven/org/example/name/1.0/name-1.0.jar as Maven's own client asks for it.
  fetchurl =
    { url, sha256 }:
    let
      parts = lib.splitString "/" url;
      count = lib.length parts;
      part = back: lib.elemAt parts (count - back);
      group = builtins.concatStringsSep "." (builtins.genList (index: lib.elemAt parts (index + 3)) (count - 6));
      rest = lib.last (lib.splitString "${part 3}-${part 2}" (part 1));
      kind = lib.last (lib.splitString "[.]" rest);
      classifier = builtins.replaceStrings [ ".${kind}" "-" ] [ "" "" ] rest;
      coordinate = "${group}:${part 3}:${part 2}:${kind}${lib.optionalString (classifier != "") ":${classifier}"}";
    in
    fetch {
      name = part 1;
      inherit sha256;
      client = ''
        mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact=${coordinate} -DoutputDirectory=. -Dmdep.useBaseVersion=true
        cp ${part 1} $out'';
    };

  fetchPypi =
    { pname, version, platform, sha256, ... }:
    fetch {
      name = "${pname}-${version}.whl";
      inherit sha256;
      client = ''
        python3 -m pip download -q --no-deps --only-binary :all: --platform ${platform} ${pname}==${version}
        cp *.whl $out'';
    };

  runCommand =
    name: attributes: text:
    derive (
      removeAttrs attributes [ "nativeBuildInputs" ]
      // {
        inherit name;
        args = script text;
      }
    );

  # Cargo with the crates of the lock file, each held to its checksum by cargo; paths of this machine stay out of the programs.
  buildRustPackage =
    { src, cargoLock, cargoBuildFlags, installPhase, pname, version, outputs, ... }:
    derive {
      name = "${pname}-${version}";
      inherit src outputs;
      flags = cargoBuildFlags;
      args = script ''
        cp -r $src $NIX_BUILD_TOP/source
        chmod -R u+w $NIX_BUILD_TOP/source
        cd $NIX_BUILD_TOP/source
        export RUSTFLAGS="-C target-feature=+crt-static --remap-path-prefix=$NIX_BUILD_TOP=/build --remap-path-prefix=$HOME/.cargo=/cargo"
        # This stands in for a compiler of nixpkgs: what it makes is compared, not shipped, so it may be quick.
        export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1
        cargo build --release --locked --quiet --target x86_64-unknown-linux-gnu $flags
        ${installPhase}
      '';
    };
in
{
  inherit fetchurl fetchPypi runCommand;
  pkgsStatic.rustPlatform = { inherit buildRustPackage; };
  unzip = null;
  jdk = null;
  maven = null;
  rustup = null;
  python3Packages.pip = null;
  nixfmt-tree = derive {
    name = "nixfmt-tree";
    args = [ "-c" "echo '#!/bin/sh' > $out" ];
  };
  mkShell =
    { packages }:
    derive {
      name = "shell";
      args = [ "-c" "echo > $out" ];
    };
}
