/* SPDX-License-Identifier: MIT */
/* How the page looks. The colours of versions go from the one that is best to the one that is none at all. */
#include "report/html_style.h"

#include <stddef.h>

const char *const html_style[] = {
	":root{color-scheme:light "
	"dark;--paper:#fff;--ink:#1c2430;--soft:#5b6675;--line:#dde2e8;--tile:#f5f7f9;",
	"--good:#0b7a6f;--fine:#2f6fb7;--old:#d08700;--bad:#c62f3b;--none:#97a1ad;--would:#8a5cc2}",
	"@media "
	"(prefers-color-scheme:dark){:root{--paper:#12171e;--ink:#e4e9ef;--soft:#9aa6b4;--line:#2b3440;",
	"--tile:#1a212a;--good:#2fb5a5;--fine:#6aa5ec;--old:#e6a93a;--bad:#f06a73;--none:#6d7885;--would:#"
	"b592e6}}",
	"*{box-sizing:border-box}",
	"body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem "
	"4rem;background:var(--paper);color:var(--ink);",
	"font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}",
	"h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 "
	".75rem;padding-bottom:.3rem;",
	"border-bottom:2px solid var(--line)}h3{font-size:1rem;margin:1.5rem 0 .5rem}",
	"p{margin:.25rem 0}.soft{color:var(--soft)}.warn{border-left:4px solid var(--old);padding:.4rem "
	".8rem;",
	"background:var(--tile);margin:1rem 0}",
	".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;margin:1."
	"5rem 0}",
	".tile{background:var(--tile);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}",
	".tile b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}",
	".tile.good b{color:var(--good)}.tile.bad b{color:var(--bad)}.tile.would b{color:var(--would)}",
	".tile span{color:var(--soft);font-size:.85rem}",
	"svg{display:block;width:100%;height:auto;margin:.25rem 0}svg text{fill:var(--ink);font-size:12px}",
	"svg text.soft{fill:var(--soft)}svg .grid{stroke:var(--line)}",
	".good{fill:var(--good)}.fine{fill:var(--fine)}.old{fill:var(--old)}.bad{fill:var(--bad)}",
	".none{fill:var(--none)}.would{fill:var(--would)}",
	".legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.25rem "
	"0;color:var(--soft);font-size:.85rem}",
	".legend svg{display:inline-block;width:.8em;height:.8em;margin:0 .4em 0 0;vertical-align:-.05em}",
	".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}",
	"th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}",
	"th{color:var(--soft);font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere}",
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}",
	"td.alarm{color:var(--bad);font-weight:600}td.hint{color:var(--would);font-weight:600}",
	"details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.4rem .8rem}",
	"summary{cursor:pointer;font-weight:600}details ul{margin:.2rem 0 .8rem;padding-left:1.2rem}",
	"details h4{margin:.6rem 0 0;font-size:.85rem;color:var(--soft)}",
	"code{font:.85em ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}",
	"footer{margin-top:3rem;color:var(--soft);font-size:.85rem}",
	"@media "
	"print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--tile:#fff}body{max-width:none;padding:"
	"0;",
	"font-size:10pt}details{break-inside:avoid}details::details-content{content-visibility:visible;block-"
	"size:auto}h2,h3{break-after:avoid}tr{break-inside:avoid}",
	"*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.scroll{overflow:visible}}",
	NULL,
};
