# One artifact of closure.lock, fetched by its coordinate and held to its sha256.
{ lib, pkgs }:
artifact:
let
  parts = lib.splitString ":" artifact.coordinate;
  at = lib.elemAt parts;

  # group:artifact:type:version or group:artifact:type:classifier:version
  hasClassifier = lib.length parts == 5;
  version = lib.last parts;
  classifier = lib.optionalString hasClassifier "-${at 3}";
  folder = "${lib.replaceStrings [ "." ] [ "/" ] (at 0)}/${at 1}/${version}";
in
if artifact.section == "java" then
  # name:version:platform, a wheel
  pkgs.fetchPypi {
    pname = at 0;
    version = at 1;
    format = "wheel";
    dist = "py3";
    python = "py3";
    platform = at 2;
    inherit (artifact) sha256;
  }
else
  pkgs.fetchurl {
    url = "mirror://maven/${folder}/${at 1}-${version}${classifier}.${at 2}";
    inherit (artifact) sha256;
  }
