{
  description = "PredictionIO engines on today's Spark, from git push to prediction";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      # The programs are for both; closure.lock has Java and Spark's native code for the first.
      forEachSystem = make: lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: make nixpkgs.legacyPackages.${system});
      hasClosure = pkgs: pkgs.stdenv.hostPlatform.isx86_64;
      release = pkgs: import ./nix/release.nix { inherit lib pkgs; };
    in
    {
      packages = forEachSystem (pkgs: {
        default = import ./nix/programs.nix { inherit lib pkgs; };
      } // lib.optionalAttrs (hasClosure pkgs) {
        buildpack = release pkgs;
        inherit (release pkgs) runtime;
        closure = import ./nix/closure.nix { inherit lib pkgs; };
      });

      checks = forEachSystem (pkgs: lib.optionalAttrs (hasClosure pkgs) {
        buildpack = release pkgs;
        closure = import ./nix/closure.nix { inherit lib pkgs; };
      });

      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.rustup
            pkgs.maven
            pkgs.jdk
            pkgs.python3Packages.pip
          ];
        };
      });

      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
