{
  description = "PredictionIO engines on today's Spark, from git push to prediction";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      forEachSystem = make: lib.genAttrs [ "x86_64-linux" ] (system: make nixpkgs.legacyPackages.${system});
      release = pkgs: import ./nix/release.nix { inherit lib pkgs; };
    in
    {
      packages = forEachSystem (pkgs: {
        default = import ./nix/programs.nix { inherit lib pkgs; };
        buildpack = release pkgs;
        inherit (release pkgs) runtime;
        closure = import ./nix/closure.nix { inherit lib pkgs; };
      });

      checks = forEachSystem (pkgs: {
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
