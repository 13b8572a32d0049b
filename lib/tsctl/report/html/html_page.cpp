#include "tsctl/report/html/html_page.h"

#include <fmt/format.h>

#include "tsctl/report/html/escaped.h"
#include "tsctl/report/html/svg_parts.h"

namespace tsctl {

namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --text: #1d2329; --soft: #5c6670; --paper: #ffffff; --raised: #f4f6f8;
        --rule: #d9dfe5; --good: #1d6b45; --bad: #a3222f; --accent: #1b6ca8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #dfe5ea; --soft: #9aa6b1; --paper: #14181c; --raised: #1f252b;
          --rule: #39424b; --good: #7cc7a5; --bad: #ff8d97; --accent: #6db3e8; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem;
       color: var(--text); background: var(--paper); }
h1 { font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; margin-bottom: .5rem; }
h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; overflow-wrap: anywhere; }
p.command { font: 13px/1.5 ui-monospace, monospace; color: var(--soft); overflow-wrap: anywhere; margin: .3rem 0; }
p.verdict { font-size: 1.1rem; font-weight: 600; color: var(--good); margin: .6rem 0 .2rem; }
p.verdict.failed { color: var(--bad); } p.detail { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0; }
pre { overflow-x: auto; padding: .8rem 1rem; background: var(--raised); border-radius: 6px; font-size: 13px; }
div.table { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .25rem 1.1rem .25rem 0; text-align: left; vertical-align: top; overflow-wrap: break-word; }
tr { border-bottom: 1px solid var(--rule); } th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; } td.number { white-space: nowrap; }
th { vertical-align: bottom; } td.note { min-width: 14rem; }
td.good { color: var(--good); } td.bad { color: var(--bad); font-weight: 600; }
table.facts th { font-weight: normal; white-space: nowrap; } table.facts tr { border: none; }
table.facts td { overflow-wrap: anywhere; }
ul.tree, ul.tree ul { list-style: none; padding-left: 1.2rem; margin: 0; } ul.tree { padding-left: 0; }
ul.tree li { overflow-wrap: anywhere; } ul.tree summary { cursor: pointer; } span.soft { color: var(--soft); }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor; }
svg .band { fill: #8a97a5; opacity: .2; } svg .reference { stroke-dasharray: 3 3; }
svg .interval { stroke: var(--accent); stroke-width: 3; } svg .middle, svg .cut { fill: var(--accent); }
svg .limit { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 7 3; } svg .limit-name { fill: var(--bad); }
svg .axis, svg .median { stroke: currentColor; } svg .grid { stroke: #8a97a5; opacity: .35; }
svg .border { stroke: #8a97a5; } svg .whisker { stroke: currentColor; }
svg .box { stroke: currentColor; stroke-width: 6; stroke-opacity: .45; }
svg .median { stroke-width: 2; } svg .line { fill: none; stroke-width: 1.5; }
svg .hill { fill-opacity: .55; }
)";

std::string style() {
  return kStyle + svg::series_rules(false) + "@media (prefers-color-scheme: dark) {\n" +
         svg::series_rules(true) + "}\n";
}

std::string titled(const char* tag, const std::string& title, const std::string& body) {
  return body.empty() ? "" : fmt::format("<{0}>{1}</{0}>\n{2}", tag, escaped(title), body);
}

std::string classed_paragraph(const std::string& kind, const std::string& text) {
  return text.empty() ? "" : fmt::format("<p class=\"{}\">{}</p>\n", kind, escaped(text));
}

}  // namespace

std::string html_page(const PageHead& head, const std::string& body) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escaped(head.title) + "</title>\n<style>" + style() + "</style>\n</head>\n<body>\n<h1>" +
         escaped(head.title) + "</h1>\n" + classed_paragraph("command", head.command) +
         classed_paragraph(head.failed ? "verdict failed" : "verdict", head.verdict) +
         classed_paragraph("detail", head.detail) + body + "</body>\n</html>\n";
}

std::string html_section(const std::string& title, const std::string& body) {
  return titled("h2", title, body);
}

std::string html_subsection(const std::string& title, const std::string& body) {
  return titled("h3", title, body);
}

std::string html_paragraph(const std::string& text) {
  return fmt::format("<p>{}</p>\n", escaped(text));
}

std::string html_code(const std::string& text) {
  return text.empty() ? "" : "<pre>" + escaped(text) + "</pre>\n";
}

}  // namespace tsctl
