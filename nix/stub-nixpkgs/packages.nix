# The packages of nixpkgs that our flake uses, made with the host's tools.
#
# With the sandbox on, `cargo xtask nix-check` shows the host's folders to what needs a compiler or a registry; the user's own folder stands at
# /host-home. What runCommand makes needs nothing of the host: its tools and its C library are in Nix's store, as those of nixpkgs are.
{ lib, system }:
let
  derive =
    attributes:
    derivation (
      {
        inherit system;
        builder = "/bin/bash";
      }
      // attributes
    );

  # A script with the host's programs and the user's own: Nix gives builders neither. The shell stays until the end: in the place of its last
  # program Nix would see that one's output closed just before it ends, as cp and install do, and kill it.
  script = text: [
    "-c"
    ''
      if [ -d /host-home ]; then export HOME=/host-home; else export HOME=$(getent passwd "$(id -u)" | cut -d: -f6); fi
      # A builder that lacks something fails; it installs nothing into the user's folder.
      export RUSTUP_AUTO_INSTALL=0
      export PATH=$HOME/.cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      set -euo pipefail
      ${text}
      exit 0
    ''
  ];

  # A shell and the usual small programs in one static file.
  tools = derive {
    name = "tools";
    args = script ''
      mkdir -p $out/bin
      cp "$(command -v busybox)" $out/bin/busybox
      $out/bin/busybox --install -s $out/bin
      # Debian's busybox has none: install [-D] -m MODE FROM TO
      cat > $out/bin/install <<EOF
      #!$out/bin/sh
      set -e
      [ "\$1" != -D ] || shift
      mkdir -p "\$(dirname "\$4")"
      rm -f "\$4"
      cp "\$3" "\$4"
      chmod "\$2" "\$4"
      EOF
      sed -i 's/^ *//' $out/bin/install
      chmod 755 $out/bin/install
    '';
  };

  # The loader, with the C library beside it.
  libc = derive {
    name = "libc";
    args = script ''
      mkdir -p $out/lib
      loader=$(readlink -f /lib64/ld-linux-x86-64.so.2)
      cp "$loader" $out/lib/ld-linux-x86-64.so.2
      cd "$(dirname "$loader")"
      cp -L libc.so.6 libdl.so.2 libm.so.6 libpthread.so.0 librt.so.1 $out/lib/
    '';
  };

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
        builder = "${tools}/bin/sh";
        args = [
          "-c"
          ''
            export PATH=${tools}/bin
            set -euo pipefail
            ${text}
          ''
        ];
      }
    );

  # Cargo with the crates of the lock file, each held to its checksum by cargo; paths of this machine stay out of the programs.
  buildRustPackage =
    { src, cargoLock, cargoBuildFlags, installPhase, pname, version, outputs, meta, ... }:
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
        cargo build --release --locked --offline --quiet --target x86_64-unknown-linux-gnu $flags
        ${installPhase}
      '';
    }
    // { inherit meta; };
in
{
  inherit fetchurl fetchPypi runCommand;
  stdenv = {
    hostPlatform.isx86_64 = system == "x86_64-linux";
    cc.bintools.dynamicLinker = "${libc}/lib/ld-linux-x86-64.so.2";
  };
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
  # The shell has the host's programs; what nixpkgs' own would add to it stands in the file that Nix reads from here.
  mkShell =
    { packages }:
    derive {
      name = "shell";
      # Nix's own script for the shell looks for this variable.
      outputs = [ "out" ];
      stdenv = derive {
        name = "stdenv";
        args = script ''
          mkdir $out
          echo 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' > $out/setup
        '';
      };
      args = [ "-c" "echo > $out" ];
    };
}
