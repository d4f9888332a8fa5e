namespace Semblance.Imaging.Metadata;

/// <summary>Texts out of files, made fit to be stored and shown.</summary>
internal static class PhotoText
{
    private const int MostCharacters = 4096;

    /// <summary>Trimmed, without control characters other than line breaks and tabs, of a bounded length; null where nothing is left.</summary>
    internal static string? Clean(string? text)
    {
        if (text is null)
            return null;
        text = string.Concat(text.Take(MostCharacters).Where(c => !char.IsControl(c) || c is '\n' or '\r' or '\t')).Trim();
        return text.Length > 0 ? text : null;
    }
}
