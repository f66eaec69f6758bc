{
  # The part of nixpkgs that our flake uses, for machines that do not reach nixpkgs: the host's own tools, the same names.
  description = "A small stand-in for nixpkgs";

  outputs =
    { self }:
    let
      lib = import ./lib.nix;
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system: import ./packages.nix { inherit lib system; });
    };
}
