namespace Semblance.Reports;

/// <summary>
/// What went wrong, as scripts and clients tell it apart: a closed set. <see cref="Errors.Of(Exception)"/> finds the code of an exception; the faces
/// decide nothing of their own.
/// </summary>
/// <remarks>A code's name and numbers are a contract: one that was published keeps them.</remarks>
public sealed class ErrorCode
{
    private static readonly List<ErrorCode> s_all = [];

    private ErrorCode(string name, int exitCode, int httpStatus)
    {
        (Name, ExitCode, HttpStatus) = (name, exitCode, httpStatus);
        s_all.Add(this);
    }

    /// <summary>All codes, in the order of this file.</summary>
    public static IReadOnlyList<ErrorCode> All => s_all;

    /// <summary>Words with dashes: <c>no-gallery</c>.</summary>
    public string Name { get; }

    /// <summary>Of the command: 1 done in part, 2 wrong use, 3 refused for safety, 4 damage found, 130 cancelled.</summary>
    public int ExitCode { get; }

    /// <summary>Of the server.</summary>
    public int HttpStatus { get; }

    /// <summary>The code of this name; null where there is none.</summary>
    public static ErrorCode? Find(string name) => s_all.Find(code => code.Name == name);

    // Wrong use: the caller must ask differently.
    public static ErrorCode WrongUse { get; } = new("wrong-use", 2, 400);

    public static ErrorCode BadRequest { get; } = new("bad-request", 2, 400);

    public static ErrorCode BadQuery { get; } = new("bad-query", 2, 400);

    public static ErrorCode BadFilter { get; } = new("bad-filter", 2, 400);

    public static ErrorCode BadPicture { get; } = new("bad-picture", 2, 422);

    public static ErrorCode BadLabels { get; } = new("bad-labels", 2, 422);

    public static ErrorCode BadModel { get; } = new("bad-model", 2, 422);

    public static ErrorCode BadMeasurement { get; } = new("bad-measurement", 2, 422);

    public static ErrorCode NoGallery { get; } = new("no-gallery", 2, 404);

    public static ErrorCode EmptyGallery { get; } = new("empty-gallery", 2, 409);

    public static ErrorCode NoPicture { get; } = new("no-picture", 2, 404);

    public static ErrorCode NoFile { get; } = new("no-file", 2, 404);

    public static ErrorCode NoModel { get; } = new("no-model", 2, 404);

    public static ErrorCode RetiredModel { get; } = new("retired-model", 2, 410);

    public static ErrorCode Unsupported { get; } = new("unsupported", 2, 501);

    public static ErrorCode Unreachable { get; } = new("unreachable", 2, 502);

    // Refused for safety: nothing was changed.
    public static ErrorCode GalleryRefused { get; } = new("gallery-refused", 3, 409);

    public static ErrorCode GalleryLocked { get; } = new("gallery-locked", 3, 423);

    public static ErrorCode GalleryReadOnly { get; } = new("gallery-read-only", 3, 403);

    public static ErrorCode GalleryNewer { get; } = new("gallery-newer", 3, 409);

    public static ErrorCode GalleryForeign { get; } = new("gallery-foreign", 3, 409);

    public static ErrorCode GalleryExists { get; } = new("gallery-exists", 3, 409);

    public static ErrorCode OtherModel { get; } = new("other-model", 3, 409);

    public static ErrorCode FolderEmptied { get; } = new("folder-emptied", 3, 409);

    // Damage was found.
    public static ErrorCode GalleryDamaged { get; } = new("gallery-damaged", 4, 500);

    // Done in part, or not at all through no fault of the caller.
    public static ErrorCode DiskFull { get; } = new("disk-full", 1, 507);

    public static ErrorCode Network { get; } = new("network-failed", 1, 500);

    public static ErrorCode Input { get; } = new("input-output", 1, 500);

    public static ErrorCode Unexpected { get; } = new("unexpected", 1, 500);

    public static ErrorCode Cancelled { get; } = new("cancelled", 130, 499);

    public override string ToString() => Name;
}

/// <summary>A failure as data: the code, a whole sentence, and the names that the sentence is about.</summary>
/// <param name="Details">Such as <c>folder</c>, <c>model</c>, <c>id</c>; empty where the sentence names nothing.</param>
public sealed record ErrorRecord(string Code, string Message, IReadOnlyDictionary<string, string> Details);
