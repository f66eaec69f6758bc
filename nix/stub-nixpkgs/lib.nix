# The functions of nixpkgs' lib that our flake uses.
let
  inherit (builtins) concatStringsSep elemAt filter fromJSON fromTOML isString length listToAttrs readFile split;
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
in
{
  inherit elemAt length;
  inherit (builtins) replaceStrings;
  last = list: elemAt list (length list - 1);
  splitString = separator: text: filter isString (split separator text);
  optionalAttrs = condition: attributes: if condition then attributes else { };
  optionalString = condition: text: if condition then text else "";
  concatMapStrings = make: list: concatStringsSep "" (map make list);
  genAttrs = names: make: listToAttrs (map (name: { inherit name; value = make name; }) names);
  importJSON = file: fromJSON (readFile file);
  importTOML = file: fromTOML (readFile file);

  fileset = {
    unions = paths: map toString paths;
    toSource =
      { root, fileset }:
      builtins.path {
        path = root;
        name = "source";
        # A folder on the way to a wanted file, the file itself, or what lies under a wanted folder; not what builds leave behind.
        filter =
          path: _:
          baseNameOf path != "target"
          && builtins.any (wanted: path == wanted || hasPrefix "${wanted}/" path || hasPrefix "${path}/" wanted) fileset;
      };
  };
}
