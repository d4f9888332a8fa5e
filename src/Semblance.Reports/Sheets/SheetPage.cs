using Semblance.Imaging;

namespace Semblance.Reports.Sheets;

/// <summary>What a <see cref="ContactSheet"/> shows, top to bottom. Texts are plain; the sheet escapes them.</summary>
internal sealed record SheetPage
{
    public required string Title { get; init; }

    /// <summary>A sentence or two under the title.</summary>
    public string? Lead { get; init; }

    /// <summary>Headline figures.</summary>
    public IReadOnlyList<SheetFigure> Figures { get; init; } = [];

    public IReadOnlyList<SheetSection> Sections { get; init; } = [];

    /// <summary>How to go on: paragraphs and commands after the pictures.</summary>
    public IReadOnlyList<SheetNote> Notes { get; init; } = [];
}

/// <param name="Value">As it is to be read: <c>92.4 %</c>.</param>
/// <param name="Label">What it is.</param>
/// <param name="Detail">How to take it: an interval, a baseline.</param>
internal sealed record SheetFigure(string Value, string Label, string? Detail = null);

/// <summary>Query pictures with their answer, or one group of duplicates.</summary>
internal sealed record SheetSection
{
    public string? Heading { get; init; }

    public string? Text { get; init; }

    public IReadOnlyList<SheetPicture> Queries { get; init; } = [];

    public IReadOnlyList<SheetPicture> Pictures { get; init; } = [];

    /// <summary>Stands where <see cref="Pictures"/> is empty.</summary>
    public string Empty { get; init; } = "Nothing relevant";
}

internal enum SheetMark
{
    None,
    Right,
    Wrong,
    Kept,
}

/// <summary>One picture of a sheet.</summary>
internal sealed record SheetPicture
{
    /// <summary>File, or http(s) address, that the picture links to; null when there are only <see cref="Bytes"/>.</summary>
    public string? Location { get; init; }

    /// <summary>The picture file's content; null reads the file at <see cref="Location"/>.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>Drawn over the picture, in pixels of its upright original.</summary>
    public PictureBox? Box { get; init; }

    /// <summary>Null shows the file's name.</summary>
    public string? Caption { get; init; }

    /// <summary>A line under the caption; null shows the file's folder.</summary>
    public string? Detail { get; init; }

    public int? Rank { get; init; }

    public float? Score { get; init; }

    public ScoreWord? Word { get; init; }

    public SheetMark Mark { get; init; }

    /// <summary>Words beside the mark: "keep: the most pixels", "expected: cat". A mark is never shown by colour alone.</summary>
    public string? MarkText { get; init; }
}

/// <param name="Code">A command to copy.</param>
internal sealed record SheetNote(string? Heading, string? Text, string? Code = null);
