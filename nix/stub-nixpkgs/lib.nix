# The functions of nixpkgs' lib that our flake uses.
let
  inherit (builtins) concatStringsSep elemAt filter fromJSON fromTOML isString length listToAttrs readFile split;
in
{
  inherit elemAt length;
  inherit (builtins) replaceStrings;
  last = list: elemAt list (length list - 1);
  splitString = separator: text: filter isString (split separator text);
  optionalString = condition: text: if condition then text else "";
  concatMapStrings = make: list: concatStringsSep "" (map make list);
  genAttrs = names: make: listToAttrs (map (name: { inherit name; value = make name; }) names);
  importJSON = file: fromJSON (readFile file);
  importTOML = file: fromTOML (readFile file);
}
