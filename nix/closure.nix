# What `cargo xtask vendor` lays out from closure.lock, for a release: every jar, Java and sbt, but for the runtime's own jar and Java's archives of
# classes, which a build makes by running Java.
{ lib, pkgs }:
let
  fetch = import ./artifact.nix { inherit lib pkgs; };
  shipped = builtins.filter (artifact: artifact.section != "development") (lib.importJSON ../closure.lock).artifacts;

  # Wheels do not always keep the mode of programs; Java starts children with jspawnhelper.
  place =
    artifact:
    if artifact ? unpack then
      ''
        unzip -q ${fetch artifact} '${artifact.unpack.folder}/*' -d $NIX_BUILD_TOP/unpacked
        mv $NIX_BUILD_TOP/unpacked/${artifact.unpack.folder} $out/${artifact.path}
        chmod 755 $out/${artifact.path}/bin/* $out/${artifact.path}/lib/jspawnhelper
      ''
    else
      "install -D -m 444 ${fetch artifact} $out/${artifact.path}\n";
in
pkgs.runCommand "pio-closure"
  {
    nativeBuildInputs = [ pkgs.unzip ];
    # A file, because together these lines are longer than an environment variable may be.
    passAsFile = [ "places" ];
    places = lib.concatMapStrings place shipped;
  }
  ''
    mkdir -p $out
    . $placesPath
    echo "Spark for Scala 2.12, vendored by PIO" > $out/RELEASE
    install -D -m 644 ${../crates/pio-closure/src/log4j2.properties} $out/conf/log4j2.properties
  ''
