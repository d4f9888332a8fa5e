using Semblance.Imaging;

namespace Semblance.Reports;

/// <summary>A picture format and what this machine does with it.</summary>
public sealed record FormatRecord(string Format, bool CanDecode, string Loader, IReadOnlyList<string> Extensions, string Note)
{
    public static FormatRecord Of(PictureFormatSupport format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return new(format.Format, format.CanDecode, format.Loader, format.Extensions, format.Note);
    }
}
