#!/usr/bin/env bash
# Line coverage of a few projects by their own tests: prints a figure a project and fails below the floor. The tests run on a copy of their
# output, since what is measured is rewritten on the disk, where output folders share files. Usage: build/coverage.sh FLOOR PROJECT...
set -euo pipefail
cd "$(dirname "$0")/.."
floor=$1
shift
scratch=$(mktemp -d)
# As deep below artifacts/ as the tests' own output, whose way to the staged libraries is relative.
copies=artifacts/coverage
trap 'rm -rf "$scratch" "$copies"' EXIT
rm -rf "$copies"
include=()
for project in "$@"; do
    mkdir -p "$copies/$project.Tests"
    cp -r "artifacts/bin/$project.Tests/release" "$copies/$project.Tests/release"
    include+=(--coverlet-include "[$project]*")
done
dotnet test --test-modules "$copies/*/release/*.Tests.dll" --results-directory "$scratch" --coverlet --coverlet-output-format json "${include[@]}" >"$scratch/log" 2>&1 || { tail -40 "$scratch/log"; exit 1; }
node -e '
    const fs = require("fs"), [folder, floor, ...projects] = process.argv.slice(1);
    const lines = new Map(projects.map(project => [project, new Map()]));
    for (const name of fs.readdirSync(folder).filter(name => name.endsWith(".json")))
        for (const [module, files] of Object.entries(JSON.parse(fs.readFileSync(`${folder}/${name}`))))
            for (const [file, types] of Object.entries(files)) {
                // What generators wrote is not ours.
                if (/\/obj\/|\.g\.cs$/.test(file)) continue;
                const hits = lines.get(module.replace(/\.dll$/, ""));
                if (!hits) continue;
                for (const methods of Object.values(types))
                    for (const method of Object.values(methods))
                        for (const [line, count] of Object.entries(method.Lines))
                            hits.set(`${file}:${line}`, (hits.get(`${file}:${line}`) || 0) + count);
            }
    let covered = 0, all = 0;
    for (const [project, hits] of lines) {
        const own = [...hits.values()].filter(count => count > 0).length;
        console.log(`coverage of ${project}: ${(100 * own / hits.size).toFixed(1)} % of ${hits.size} lines`);
        covered += own; all += hits.size;
    }
    const share = 100 * covered / all;
    console.log(`coverage: ${share.toFixed(1)} % of ${all} lines, the floor is ${floor} %`);
    if (!(share >= Number(floor))) throw new Error("below the floor");
' "$scratch" "$floor" "$@"
