namespace Semblance.VectorData.Filtering;

/// <summary>What <c>Contains</c> means in a filter: nothing is contained in a list that is null, and null only in a list that holds it.</summary>
internal static class Membership
{
    public static bool In<T>(IEnumerable<T>? source, T item) => source is not null && source.Contains(item);

    public static bool InNullable<T>(IEnumerable<T>? source, T? item)
        where T : struct => source is not null && item is { } value && source.Contains(value);

    /// <summary>A list that is the same for every record, looked up by hash from then on.</summary>
    public static HashSet<T>? Hashed<T>(IEnumerable<T>? source) => source?.ToHashSet();
}
