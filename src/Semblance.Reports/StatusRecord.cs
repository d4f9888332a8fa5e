using Semblance.Index;
using Semblance.Networks;

namespace Semblance.Reports;

/// <summary>What a gallery holds. <see cref="GalleryStatus"/>, <see cref="Semblance.Space"/> and <see cref="IndexStatus"/> say what the members mean.</summary>
/// <param name="Gallery">Folder of the gallery.</param>
/// <param name="Upgrade">The command that moves the gallery to a present model; null where its model is one.</param>
/// <param name="Index">Null while there is no index file.</param>
public sealed record StatusRecord(
    string Gallery,
    long Pictures,
    long Missing,
    int Failures,
    long Tags,
    long OutdatedFacts,
    long Bytes,
    bool ReadOnly,
    string? Upgrade,
    IReadOnlyList<string> Folders,
    IReadOnlyList<SpaceRecord> Spaces,
    IndexFileRecord? Index,
    bool ScaleFitted,
    IReadOnlyList<ScoreWordRecord> ScoreWords)
{
    public static StatusRecord Of(GalleryStatus status, string? upgrade)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new(
            status.Folder,
            status.Pictures,
            status.Missing,
            status.Failures,
            status.Tags,
            status.OutdatedFacts,
            status.DiskBytes,
            status.IsReadOnly,
            upgrade,
            status.Roots,
            [.. status.Spaces.Select(space => SpaceRecord.Of(space, status))],
            status.Index is { } index ? IndexFileRecord.Of(index) : null,
            status.Scale.Fitted,
            [.. status.Scale.Words.Select(word => new ScoreWordRecord(word.Word.Text(), word.MinScore, word.Precision, word.CopyShare, word.RandomShare, word.SameLabel))]);
    }
}

/// <param name="Kind"><c>float</c> or <c>bits</c>.</param>
/// <param name="Modality"><c>picture</c>, <c>text</c> or <c>sketch</c>.</param>
/// <param name="Base">Name of the space whose vectors it is made from, by <paramref name="Head"/>; null for an embedder's.</param>
/// <param name="Pictures">Pictures that it can find.</param>
public sealed record SpaceRecord(
    string Name,
    string Model,
    string Sha256,
    string Kind,
    string Modality,
    int Dimension,
    string Metric,
    string PostProcessing,
    int ProjectionVersion,
    long FittedCount,
    bool Active,
    string Views,
    string? Base,
    string? Head,
    bool TakesPictures,
    long Pictures,
    IndexFileRecord? Index)
{
    public static SpaceRecord Of(Space space, GalleryStatus status)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(status);
        var there = status.BySpace.GetValueOrDefault(space.Name);
        return new(
            space.Name,
            space.Model,
            space.Sha256,
            space.Kind.Name(),
            space.Modality.Name(),
            space.Dimension,
            space.Metric.Name(),
            space.PostProcessing.Kind.Name(),
            space.ProjectionVersion,
            space.FittedCount,
            space.Active,
            space.Views.Name,
            space.Base is { } source ? status.Spaces.FirstOrDefault(other => other.Id == source.SpaceId)?.Name : null,
            space.Base?.Head,
            space.TakesPictures,
            there?.Pictures ?? 0,
            there?.Index is { } index ? IndexFileRecord.Of(index) : null);
    }
}

/// <param name="Effort">What searches use for the wanted recall; null for exact kinds, and before the index has measured itself.</param>
/// <param name="Recall">What it measured there, in <paramref name="Microseconds"/> a search.</param>
public sealed record IndexFileRecord(
    string Kind,
    string Setting,
    long Pictures,
    long Deleted,
    long Bytes,
    bool Current,
    float TargetRecall,
    int? Effort,
    float? Recall,
    float? Microseconds)
{
    public static IndexFileRecord Of(IndexStatus index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return new(index.Kind, index.Setting, index.Pictures, index.Deleted, index.Bytes, index.Current, index.TargetRecall, index.Picked?.Effort, index.Picked?.Recall, index.Picked?.Microseconds);
    }
}

/// <summary>One word of a gallery's score scale: <see cref="ScoreWordThreshold"/>.</summary>
public sealed record ScoreWordRecord(string Word, float MinScore, double? Precision, double? CopyShare, double? RandomShare, double? SameFolder);
