namespace Semblance.Index.MultiIndex;

/// <summary>
/// When enumerating substrings stops being worth it: nanoseconds of its parts and of the scan. Measured on Zen 4 with 5 M codes; only
/// their proportions matter, and roughly.
/// </summary>
/// <param name="LookUp">One substring looked up: a cache miss that was asked for ahead.</param>
/// <param name="Verification">One code found in a table and measured: two such misses.</param>
/// <param name="ScanWord">One 64-bit word of a scan.</param>
/// <param name="MinimumRows">Below this many codes no table is built.</param>
internal sealed record EnumerationCost(double LookUp, double Verification, double ScanWord, int MinimumRows)
{
    public static EnumerationCost Default { get; } = new(16, 24, 0.35, 1 << 14);

    /// <summary>For tests: never scans.</summary>
    public static EnumerationCost None { get; } = new(0, 0, 1, 1);
}
