#!/usr/bin/env bash
# What other programs read in our tickets: codes by a verifier in JavaScript, QR codes by jsQR, calendar files by ical.js, receipts by
# Poppler. Everything is made fresh by the test program.
set -euo pipefail
. "${HOLDFAST_ROOT:?}/tests/support/node.sh"
program=${HOLDFAST_BUILD:?}/test_tickets
needs_program "$program"
command -v pdftotext >/dev/null || skip "pdftotext (poppler-utils) is not installed"
needs_npm jsqr pngjs ical.js
fail() { echo "error: $*"; exit 1; }

HF_TICKETS_OUT=$room "$program" -tce="*hundred thousand*,*what a receipt costs*" >"$room/made.log" || { cat "$room/made.log"; exit 1; }
HF_TICKETS=$room/codes.json node --test web/lib/tickets/
HF_TICKETS=$room node --test tests/tickets/readers.test.mjs

# in FILE TEXT…: the PDF's text has each, on one line.
in_pdf() {
  local file=$1 text
  shift
  pdftotext -layout -enc UTF-8 "$room/$file" "$room/$file.txt"
  for text in "$@"; do
    grep -qF -- "$text" "$room/$file.txt" || { cat "$room/$file.txt"; fail "$file does not say '$text'"; }
  done
}
# Every font is embedded, as the part that is used, and says which letters its glyphs are.
fonts_are_embedded() {
  pdffonts "$room/$1" >"$room/fonts"
  awk 'NR > 2 { ++fonts; if ($(NF - 4) != "yes" || $(NF - 3) != "yes" || $(NF - 2) != "yes" || $0 !~ /DejaVu/) bad = 1 }
       END { exit !(fonts > 0 && !bad) }' "$room/fonts" || { cat "$room/fonts"; fail "$1: a font is not embedded"; }
}
pages_of() { pdfinfo "$room/$1" | awk '$1 == "Pages:" { print $2 }'; }

in_pdf receipt.pdf "Beleg" "Анна Ковалёва-Щукина" "Μέγαρο Μουσικής, Αθήνα" "Parkett, A/12/7" "Gesamtbetrag" "265,50" \
  "Montag, 1. März 2027, 20:00 CET" "Grazer Bühnen" "Visa •••• 4242" "Seite 1 von 1" "Einlass ab 18:00."
[ "$(pages_of receipt.pdf)" = 1 ] || fail "receipt.pdf has $(pages_of receipt.pdf) pages"
fonts_are_embedded receipt.pdf
pdfinfo "$room/receipt.pdf" | grep -q '^Title: *Beleg ord_0000000000h9f3k7v2n8c5r1q4$' || fail "receipt.pdf has no title"

# What was given back follows what was sold, each time with number, day and sums of its own.
in_pdf credited.pdf "265,50" "Gutschrift ord_0000000000h9f3k7v2n8c5r1q4-1" "Mittwoch, 2. Dezember 2026, 10:30 CET" "−89,00" "−2,50" "−91,50" \
  "Gutschrift ord_0000000000h9f3k7v2n8c5r1q4-2" "−25,00" "Einlass ab 18:00."
awk '/265,50/ && !sold { sold = NR } /q4-1$/ { first = NR } /q4-2$/ { second = NR } /Einlass/ { note = NR }
     END { exit !(sold && sold < first && first < second && second < note) }' "$room/credited.pdf.txt" || fail "credited.pdf is in disorder"
fonts_are_embedded credited.pdf
pages=$(pages_of many-credited.pdf)
[ "$pages" -ge 3 ] || fail "many-credited.pdf has $pages pages"
in_pdf many-credited.pdf "Seite $pages von $pages" "Gutschrift ord_0000000000h9f3k7v2n8c5r1q4-2"
[ "$(grep -c "Stehplatz" "$room/many-credited.pdf.txt")" = 62 ] || fail "many-credited.pdf lost lines"

in_pdf greek.pdf "Απόδειξη" "Ελένη Παπαδοπούλου-Ξένου" "Δευτέρα, 1 Μαρτίου 2027, 20:00 CET" "Σύνολο χωρίς φόρο"
fonts_are_embedded greek.pdf

pages=$(pages_of long.pdf)
[ "$pages" -ge 4 ] || fail "long.pdf has $pages pages"
in_pdf long.pdf "Балкон, Σειρά 1, место 1 " "Балкон, Σειρά 7, место 200 " "Seite 1 von $pages" "Seite $pages von $pages"
[ "$(grep -c "Балкон, Σειρά" "$room/long.pdf.txt")" = 200 ] || fail "long.pdf lost lines"
[ "$(grep -c "Menge" "$room/long.pdf.txt")" = "$pages" ] || fail "long.pdf has not the table's head on every page"
fonts_are_embedded long.pdf

# Whatever the language, every label is in one piece.
count=0
for words in "$room"/language-*.words; do
  readarray -t texts <"$words"
  in_pdf "$(basename "$words" .words).pdf" "${texts[@]}"
  count=$((count + 1))
done
[ "$count" -ge 7 ] || fail "$count languages"

# Where there are no fonts, or others, a receipt is refused instead of being printed in boxes.
mkdir "$room/fonts.none"
printf '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>%s</dir></fontconfig>' "$room/fonts.none" >"$room/fonts.conf"
FONTCONFIG_FILE=$room/fonts.conf "$program" --no-skip -tc="where the fonts are missing*" >"$room/fonts.log" || { cat "$room/fonts.log"; exit 1; }
grep -q "1 passed" "$room/fonts.log" || fail "the test without fonts did not run"
