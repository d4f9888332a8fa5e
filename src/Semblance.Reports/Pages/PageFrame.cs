using System.Net;

namespace Semblance.Reports.Pages;

/// <summary>What every page begins with: it needs nothing else, has no script, and its own policy forbids it to load anything.</summary>
internal static class PageFrame
{
    /// <param name="imageSource">What the policy allows for pictures, such as <c>data:</c>; null for none.</param>
    public static void WriteHead(TextWriter writer, string title, string css, string? imageSource = null) => writer.Write($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="generator" content="Semblance">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; {(imageSource is null ? "" : $"img-src {imageSource}; ")}style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
        <title>{WebUtility.HtmlEncode(title)}</title>
        <style>
        {css}
        </style>
        </head>
        <body>

        """);
}
