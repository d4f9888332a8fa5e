using System.Text;
using Semblance.Cli.Frame;
using Semblance.Sheets;

namespace Semblance.Cli.Verbs;

/// <summary>Self-contained HTML pages: to a file, or to standard output.</summary>
internal static class Pages
{
    /// <summary>The page of an answer, with the pictures that were asked for on top.</summary>
    public static SheetPage OfHits(Gallery gallery, IReadOnlyList<SearchHit> hits, string title, Query query)
    {
        var asked = new List<SheetPicture>();
        foreach (var input in query.Inputs)
        {
            var mark = input.Weight < 0 ? "unlike this" : input.Weight != 1 ? $"weight {input.Weight:0.##}" : null;
            if (input is PictureInput picture)
                asked.Add(new SheetPicture { Location = picture.Location, Box = picture.Box, MarkText = mark });
            else if (input is ItemInput item && gallery.Item(item.Id) is { } known)
                asked.Add(new SheetPicture { Location = known.Path, MarkText = mark });
        }
        return ContactSheet.OfSearch(title, asked, hits);
    }

    public static void Write(VerbContext context, string? file, SheetPage page, CancellationToken cancellationToken) =>
        WriteFile(context, file, writer => ContactSheet.Write(page, writer, cancellationToken));

    /// <summary>Writes to <paramref name="file"/> (beside and renamed, so that no half page is ever there), or to standard output.</summary>
    public static void WriteFile(VerbContext context, string? file, Action<TextWriter> write)
    {
        if (file is null)
        {
            write(context.Printer.Writer);
            context.Printer.Writer.Flush();
            return;
        }
        var path = context.FullPath(file);
        if (Path.GetDirectoryName(path) is { } folder)
            Directory.CreateDirectory(folder);
        var beside = path + ".part";
        try
        {
            using (var writer = new StreamWriter(beside, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
                write(writer);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
