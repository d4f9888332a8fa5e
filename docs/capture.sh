#!/usr/bin/env bash
# Makes the captures of the documentation: draws a small collection (SVG, drawn by this script), runs the built command on it,
# writes the terminal captures into guide.md between their markers and the page screenshots to docs/images.
# Needs the Release build, and Chromium for the screenshots (Debian: apt-get install chromium).
set -euo pipefail
cd "$(dirname "$0")/.."
semblance=$PWD/artifacts/bin/Semblance.Cli/release/semblance
guide=$PWD/docs/guide.md
images=$PWD/docs/images
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$images" "$scratch/Pictures"
cd "$scratch"

# Five motifs, sixteen variants each: position, size and colours drawn at random with a fixed seed.
awk 'BEGIN {
    srand(7)
    split("sun house tree boat flower", motifs, " ")
    for (m = 1; m <= 5; m++) for (i = 1; i <= 16; i++) {
        name = motifs[m]; folder = "Pictures/" name; system("mkdir -p " folder)
        file = folder "/" name "-" sprintf("%02d", i) ".svg"
        x = 120 + rand() * 80; y = 100 + rand() * 60; s = 0.8 + rand() * 0.5; hue = int(rand() * 50)
        sky = sprintf("hsl(%d,%d%%,%d%%)", 195 + rand() * 25, 45 + rand() * 30, 78 + rand() * 12)
        ground = sprintf("hsl(%d,%d%%,%d%%)", (m == 4 ? 205 : 95) + rand() * 25, 35 + rand() * 20, 45 + rand() * 15)
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"320\" height=\"240\"><rect width=\"320\" height=\"240\" fill=\"%s\"/><rect y=\"175\" width=\"320\" height=\"65\" fill=\"%s\"/><g transform=\"translate(%d,%d) scale(%.2f)\">", sky, ground, x, y, s > file
        if (name == "sun") { for (r = 0; r < 12; r++) printf "<rect x=\"-4\" y=\"-88\" width=\"8\" height=\"26\" rx=\"4\" fill=\"hsl(%d,95%%,60%%)\" transform=\"rotate(%d)\"/>", 35 + hue / 3, r * 30 > file; printf "<circle r=\"52\" fill=\"hsl(%d,95%%,58%%)\"/>", 40 + hue / 3 > file }
        if (name == "house") printf "<path d=\"M-80 0L0-70L80 0Z\" fill=\"hsl(%d,60%%,42%%)\"/><rect x=\"-62\" width=\"124\" height=\"86\" fill=\"hsl(%d,45%%,80%%)\"/><rect x=\"-16\" y=\"30\" width=\"32\" height=\"56\" fill=\"hsl(25,45%%,35%%)\"/><rect x=\"-50\" y=\"20\" width=\"24\" height=\"24\" fill=\"#fff\"/><rect x=\"26\" y=\"20\" width=\"24\" height=\"24\" fill=\"#fff\"/>", hue / 3, 30 + hue > file
        if (name == "tree") printf "<rect x=\"-11\" y=\"20\" width=\"22\" height=\"80\" fill=\"hsl(25,45%%,32%%)\"/><circle cy=\"-28\" r=\"52\" fill=\"hsl(%d,50%%,38%%)\"/><circle cx=\"-36\" cy=\"8\" r=\"36\" fill=\"hsl(%d,50%%,34%%)\"/><circle cx=\"36\" cy=\"8\" r=\"36\" fill=\"hsl(%d,50%%,42%%)\"/>", 95 + hue, 95 + hue, 95 + hue > file
        if (name == "boat") printf "<path d=\"M-80 50H80L52 88H-52Z\" fill=\"hsl(%d,55%%,38%%)\"/><rect x=\"-4\" y=\"-70\" width=\"8\" height=\"120\" fill=\"#6b4b2a\"/><path d=\"M8-66L70 38H8Z\" fill=\"#fff\"/><path d=\"M-8-50L-52 38H-8Z\" fill=\"hsl(%d,80%%,70%%)\"/>", hue, 330 + hue > file
        if (name == "flower") { printf "<rect x=\"-5\" y=\"20\" width=\"10\" height=\"90\" fill=\"hsl(120,40%%,35%%)\"/>" > file; for (r = 0; r < 8; r++) printf "<ellipse cy=\"-42\" rx=\"17\" ry=\"32\" fill=\"hsl(%d,70%%,66%%)\" transform=\"rotate(%d)\"/>", 280 + hue * 1.4, r * 45 > file; printf "<circle r=\"22\" fill=\"hsl(45,90%%,55%%)\"/>" > file }
        printf "</g></svg>\n" > file; close(file)
    }
}'

"$semblance" index Pictures --quiet >/dev/null

capture() { # marker command...: replaces the block after the marker in the guide
    local marker=$1 errors=${errors:-/dev/null}
    shift
    { printf '```text\n$ semblance %s\n' "$*"; NO_COLOR=1 COLUMNS=100 "$semblance" "$@" --format table --quiet 2>"$errors" | sed "s#$scratch/##; s/[[:space:]]*\$//"; printf '```\n'; } >"$scratch/block"
    awk -v marker="<!-- capture: $marker -->" -v block="$scratch/block" '
        $0 == marker { print; while ((getline line < block) > 0) print line; skipping = 1; next }
        skipping && /^<!-- end -->$/ { skipping = 0 }
        !skipping { print }
    ' "$guide" >"$scratch/guide.md"
    cp "$scratch/guide.md" "$guide"
}

shoot() { # page picture size
    chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$scratch/chromium" \
        --window-size="$3" --screenshot="$2" "file://$1" >/dev/null 2>&1
}

capture status status
capture search search Pictures/boat/boat-03.svg -k 5
errors=/dev/stdout capture explain search Pictures/boat/boat-03.svg -k 3 --explain
capture dupes dupes --embedding
capture evaluate evaluate --at 1,5

"$semblance" search Pictures/boat/boat-03.svg + Pictures/sun/sun-02.svg -k 8 --format html --output "$scratch/search.html" --quiet
shoot "$scratch/search.html" "$images/contact-sheet.png" 1100,820
shoot "$scratch/search.html" "$images/contact-sheet-phone.png" 400,900
"$semblance" dupes --embedding --output "$scratch/dupes.html" --format html --quiet
shoot "$scratch/dupes.html" "$images/duplicates.png" 1100,820
