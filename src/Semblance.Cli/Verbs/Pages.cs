using Semblance.Cli.Frame;
using Semblance.Reports.Exporting;
using Semblance.Reports.Sheets;

namespace Semblance.Cli.Verbs;

/// <summary>Where a page goes: to a file, or to standard output.</summary>
internal static class Pages
{
    public static void Write(VerbContext context, string? file, SheetPage page, CancellationToken cancellationToken) =>
        Write(context, file, writer => ContactSheet.Write(page, writer, cancellationToken));

    /// <param name="file">As it was typed; null writes to standard output.</param>
    public static void Write(VerbContext context, string? file, Action<TextWriter> write)
    {
        if (file is not null)
        {
            WholeFile.WriteText(context.FullPath(file), write);
            return;
        }
        write(context.Printer.Writer);
        context.Printer.Writer.Flush();
    }
}
