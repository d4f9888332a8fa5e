#!/usr/bin/env bash
# Writes src/*/PublicAPI.Shipped.txt anew from the code. A change of the public surface fails the build until its line stands in
# PublicAPI.Unshipped.txt (the editor's fix adds it) or this has run; at a release Unshipped's lines move to Shipped, which this does too.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for project in src/*/; do
    grep -q '<OutputType>Exe' "$project"*.csproj && continue
    printf '#nullable enable\n' >"${project}PublicAPI.Shipped.txt"
    printf '#nullable enable\n' >"${project}PublicAPI.Unshipped.txt"
done
# The compiler's log says what is missing from the lists, one public name a line.
for project in src/*/PublicAPI.Shipped.txt; do
    dotnet build "${project%/*}" -c Release --artifacts-path "$scratch/artifacts" -p:CompileAhead=false -p:TreatWarningsAsErrors=false -p:PublicApiLog="$scratch/" --nologo -v quiet -clp:ErrorsOnly
done
python3 - "$scratch" <<'PY'
import json, os, sys
for name in sorted(os.listdir("src")):
    if not os.path.exists(os.path.join("src", name, "PublicAPI.Shipped.txt")):
        continue
    log = os.path.join(sys.argv[1], name + ".sarif")
    with open(log, encoding="utf-8-sig") as file:
        results = json.load(file)["runs"][0]["results"]
    text = lambda result: result["message"] if isinstance(result["message"], str) else result["message"]["text"]
    names = {text(result).split("'", 1)[1].rsplit("'", 1)[0] for result in results if result["ruleId"] == "RS0016"}
    with open(os.path.join("src", name, "PublicAPI.Shipped.txt"), "a", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in sorted(names))
    print(f"{name}: {len(names)} public names")
PY
