#!/bin/sh
# Fetches the npm packages and puts only what we use in this folder. Run it only to raise a version or add an icon
# (tabler/icons.txt); the result is committed, there is no build step.
set -eu
hier=$(cd "$(dirname "$0")" && pwd)
doel="$hier"
werk=$(mktemp -d)
trap 'rm -rf "$werk"' EXIT
cd "$werk"
npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts --save-exact \
  @utrecht/component-library-css@9.0.4 \
  @fontsource-variable/atkinson-hyperlegible-next@5.3.0 \
  @tabler/icons@3.51.0 >/dev/null

# 1. NL Design System: losse componenten -> een bestand, in de cascade-laag 'nlds'.
componenten="root document body skip-link link heading-1 heading-2 heading-3 heading-4 paragraph
unordered-list ordered-list button button-link form-field form-label form-field-description
form-field-error-message form-fieldset textbox textarea select custom-checkbox radio-button
alert data-badge status-badge table breadcrumb-nav pagination data-list"
mkdir -p "$doel/nlds"
uit="$doel/nlds/nlds.css"
{
  echo "/*! NL Design System, Utrecht component library 9.0.4, EUPL-1.2 (zie LICENSE.md)."
  echo " *  Gemaakt met static/vendor/vendor.sh uit de npm-bestanden dist/index.min.css, alleen samengevoegd"
  echo " *  en in een cascade-laag gezet. Niet met de hand aanpassen. */"
  echo "@layer nlds {"
  for c in $componenten; do
    versie=$(node -p "require('./node_modules/@utrecht/$c-css/package.json').version")
    echo "/* @utrecht/$c-css $versie */"
    cat "node_modules/@utrecht/$c-css/dist/index.min.css"; echo
  done
  echo "}"
} > "$uit"
cp node_modules/@utrecht/button-css/LICENSE.md "$doel/nlds/LICENSE.md"

# 2. Letter
mkdir -p "$doel/atkinson"
cp node_modules/@fontsource-variable/atkinson-hyperlegible-next/files/*-latin-wght-*.woff2 \
   node_modules/@fontsource-variable/atkinson-hyperlegible-next/files/*-latin-ext-wght-normal.woff2 \
   node_modules/@fontsource-variable/atkinson-hyperlegible-next/LICENSE "$doel/atkinson/"

# 3. Iconen -> een sprite met alleen de namen uit tabler/icons.txt
mkdir -p "$doel/tabler"
cp node_modules/@tabler/icons/LICENSE "$doel/tabler/LICENSE"
node -e '
const fs=require("fs"),p=process.argv;
const namen=fs.readFileSync(p[1],"utf8").split(/\s+/).filter(Boolean);
let uit="<svg xmlns=\"http://www.w3.org/2000/svg\">\n";
for(const n of namen){
  const s=fs.readFileSync(`node_modules/@tabler/icons/icons/outline/${n}.svg`,"utf8");
  const d=s.replace(/<path stroke="none"[^>]*>/,"").replace(/<!--[\s\S]*?-->/g,"").replace(/^[\s\S]*?<svg[^>]*>/,"").replace(/<\/svg>\s*$/,"").replace(/\s*\n\s*/g,"");
  uit+=`<symbol id="i-${n}" viewBox="0 0 24 24">${d}</symbol>\n`;
}
fs.writeFileSync(p[2],uit+"</svg>\n");
' "$hier/tabler/icons.txt" "$doel/tabler/sprite.svg"
ls -l "$doel"/*
