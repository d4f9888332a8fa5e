namespace Semblance.Reports;

/// <summary>Pictures that are each a copy of the one to keep.</summary>
public sealed record DuplicateGroupRecord(KeptRecord Keep, IReadOnlyList<DuplicateRecord> Others, long ReclaimableBytes)
{
    public static DuplicateGroupRecord Of(DuplicateGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new(
            new KeptRecord(group.Keep.Id, group.Keep.Path, group.Reason),
            [.. group.Others.Select(other => new DuplicateRecord(other.Item.Id, other.Item.Path, other.Distance, other.Why))],
            group.ReclaimableBytes);
    }
}

/// <param name="Why">Why this one is to be kept.</param>
public sealed record KeptRecord(long Id, string Path, string Why);

/// <param name="Distance">To the kept picture: <see cref="DuplicateMember"/>.</param>
/// <param name="Why">The same in words.</param>
public sealed record DuplicateRecord(long Id, string Path, float Distance, string Why);

/// <summary>One picture of a group, for tables and csv.</summary>
/// <param name="Group">Number of the group, from 1.</param>
/// <param name="Distance">Null for the one to keep.</param>
public sealed record DuplicateLineRecord(int Group, bool Keep, long Id, float? Distance, string Why, string Path)
{
    /// <summary>The lines of groups, each group's kept picture first.</summary>
    public static IEnumerable<DuplicateLineRecord> Of(IReadOnlyList<DuplicateGroup> groups) => groups.SelectMany((group, i) => group.Others
        .Select(other => new DuplicateLineRecord(i + 1, false, other.Item.Id, other.Distance, other.Why, other.Item.Path))
        .Prepend(new DuplicateLineRecord(i + 1, true, group.Keep.Id, null, group.Reason, group.Keep.Path)));
}

/// <summary>What was done, or would be done, with one file.</summary>
/// <param name="Target">Where it went; null where nothing moved.</param>
/// <param name="Skipped">Why it was left alone; null where it was not.</param>
public sealed record DuplicateStepRecord(string Path, string? Target, bool Done, string? Skipped)
{
    public static DuplicateStepRecord Of(DuplicateStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new(step.Path, step.Target, step.Done, step.Skipped);
    }
}
