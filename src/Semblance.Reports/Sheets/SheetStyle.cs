namespace Semblance.Reports.Sheets;

/// <summary>The style of every sheet. Colours pass WCAG AA on their ground in both schemes; nothing is told by colour alone.</summary>
internal static class SheetStyle
{
    public const string Css = """
        :root {
          color-scheme: light dark;
          --ground: #f6f6f3; --card: #fff; --well: #ecece7; --ink: #1d1f21; --soft: #5d6166; --line: #dedfd9;
          --accent: #3450c8; --right: #19703f; --right-ground: #def3e5; --wrong: #a52a2a; --wrong-ground: #fae3e1;
          --strong: #1f6f5c; --middle: #2f5fa8; --weak: #7a6114; --none: #6b6f75;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #16181b; --card: #202327; --well: #121417; --ink: #eceded; --soft: #a3a8ae; --line: #33373d;
            --accent: #98abff; --right: #7bdb9f; --right-ground: #173825; --wrong: #ff9d94; --wrong-ground: #461f1d;
            --strong: #6fd3b6; --middle: #8fb8f5; --weak: #ddc062; --none: #9aa0a6;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--ground); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
          -webkit-text-size-adjust: 100%;
        }
        main, header, footer { max-width: 1240px; margin: 0 auto; padding: 0 clamp(14px, 3vw, 32px); }
        header { padding-top: clamp(24px, 5vw, 52px); }
        h1 { font-size: clamp(24px, 4vw, 34px); line-height: 1.18; letter-spacing: -.018em; margin: 0; font-weight: 680; overflow-wrap: anywhere; }
        .lead { margin: 10px 0 0; max-width: 66ch; color: var(--soft); font-size: 16px; overflow-wrap: anywhere; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 1px; margin: 26px 0 0; padding: 0;
          background: var(--line); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; }
        .figures div { background: var(--card); padding: 15px 18px; display: flex; flex-direction: column; }
        .figures dd { margin: 0; }
        .figures .value { order: -1; font-size: 27px; line-height: 1.2; font-weight: 680; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
        .figures dt { font-size: 14px; }
        .figures .detail { color: var(--soft); font-size: 13px; }
        /* The padding leaves room for the frames of cards, which the containment would cut. */
        section { margin: 36px -2px 0; padding: 2px; content-visibility: auto; contain-intrinsic-size: auto 420px; }
        h2 { font-size: 19px; line-height: 1.3; margin: 0; font-weight: 640; letter-spacing: -.008em; overflow-wrap: anywhere; }
        .text { margin: 3px 0 0; color: var(--soft); overflow-wrap: anywhere; }
        .band { display: grid; gap: 18px; margin-top: 14px; }
        .band.asked { grid-template-columns: minmax(176px, 212px) minmax(0, 1fr); align-items: start; }
        .asked .queries { position: sticky; top: 14px; }
        .queries { display: grid; gap: 12px; }
        .several .queries { grid-template-columns: repeat(auto-fill, minmax(176px, 1fr)); position: static; }
        .band.several { grid-template-columns: minmax(0, 1fr); }
        .grid { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(158px, 1fr)); padding: 0; margin: 0; list-style: none; }
        .grid li { display: flex; min-width: 0; }
        .card { flex: 1; display: flex; flex-direction: column; min-width: 0; margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
        .query { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
        .right, .kept { border-color: var(--right); box-shadow: 0 0 0 1px var(--right); }
        .wrong { border-color: var(--wrong); }
        .well { position: relative; flex: none; display: grid; place-items: center; background: var(--well); aspect-ratio: 1; overflow: hidden; color: inherit; text-decoration: none; padding: 8px; }
        .shot { position: relative; display: block; line-height: 0; }
        .shot img { display: block; width: 100%; height: 100%; object-fit: contain; border-radius: 3px; }
        .box { position: absolute; border: 2px solid #fff; outline: 2px solid #c2185b; border-radius: 2px; box-shadow: 0 0 0 2px #0008 inset; }
        .rank { position: absolute; left: 8px; top: 8px; min-width: 24px; padding: 0 7px; border-radius: 12px; background: #000a; color: #fff; font-size: 12.5px; line-height: 22px; text-align: center; font-weight: 600; font-variant-numeric: tabular-nums; }
        .gone { padding: 10px; text-align: center; color: var(--soft); font-size: 13px; line-height: 1.4; overflow-wrap: anywhere; max-height: 100%; overflow: hidden; }
        .gone b { display: block; color: var(--wrong); font-size: 22px; line-height: 1.2; }
        figcaption { padding: 9px 12px 11px; display: flex; flex-direction: column; gap: 2px; min-width: 0; flex: 1; }
        .name { font-weight: 560; font-size: 14px; line-height: 1.35; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
        .where { color: var(--soft); font-size: 12.5px; line-height: 1.35; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 4; -webkit-box-orient: vertical; overflow: hidden; }
        .score { display: flex; align-items: baseline; justify-content: space-between; gap: 8px; margin-top: auto; padding-top: 6px; font-size: 13px; }
        .score b { font-size: 15px; font-variant-numeric: tabular-nums; }
        .word { font-weight: 560; white-space: nowrap; color: var(--none); }
        .word.near-duplicate, .word.very-similar { color: var(--strong); }
        .word.similar { color: var(--middle); }
        .word.weak { color: var(--weak); }
        .bar { height: 3px; border-radius: 2px; background: var(--well); overflow: hidden; }
        .bar i { display: block; height: 100%; background: currentColor; border-radius: 2px; }
        .mark { align-self: flex-start; margin-bottom: 3px; padding: 1px 9px; border-radius: 10px; font-size: 12.5px; line-height: 1.5; font-weight: 600; overflow-wrap: anywhere; }
        .right .mark, .kept .mark { color: var(--right); background: var(--right-ground); }
        .wrong .mark { color: var(--wrong); background: var(--wrong-ground); }
        .query .mark { color: var(--accent); padding-left: 0; }
        .empty { border: 1px dashed var(--line); border-radius: 12px; padding: 34px 20px; text-align: center; color: var(--soft); font-size: 17px; }
        .notes { margin: 46px 0 0; padding: 22px 0 0; border-top: 1px solid var(--line); display: grid; gap: 20px; }
        .notes h2 { font-size: 16px; }
        .notes p { margin: 3px 0 0; max-width: 72ch; }
        pre { margin: 8px 0 0; padding: 11px 14px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; font: 13.5px/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
        footer { color: var(--soft); font-size: 13px; padding-top: 34px; padding-bottom: 40px; }
        a:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
        a.well:hover img { filter: brightness(1.06); }
        @media (max-width: 640px) {
          .band.asked { grid-template-columns: minmax(0, 1fr); }
          .asked .queries { position: static; }
          .queries .card { flex-direction: row; }
          .queries .well { width: 42%; flex: none; }
          .queries { grid-template-columns: minmax(0, 1fr) !important; }
          .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; }
          .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
          .figures div { padding: 12px 14px; }
          .figures div:last-child:nth-child(odd) { grid-column: 1 / -1; }
          .figures .value { font-size: 22px; }
          figcaption { padding: 8px 10px 10px; }
          .score { flex-wrap: wrap; gap: 0 8px; }
        }
        @media print { body { background: #fff; } section { content-visibility: visible; break-inside: avoid; } .asked .queries { position: static; } }
        """;
}
