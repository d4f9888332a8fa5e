using System.Runtime.InteropServices;
using Semblance.Numerics;
using Semblance.Reports.Tables;

namespace Semblance.Reports.Pages;

/// <summary>What a reader of a measurement must know of the machine.</summary>
internal static class MachineFacts
{
    public static IReadOnlyList<(string Name, string Value)> All() =>
    [
        ("Processor", $"{Processor()}, {Environment.ProcessorCount} threads"),
        ("Memory", Printable.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)),
        ("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}".Trim()),
        ("Runtime", $"{RuntimeInformation.FrameworkDescription}, vectors by {VectorMath.InstructionSet}"),
        ("Load", Load() is { } load ? $"{load} when it was measured (1, 5, 15 minutes)" : "unknown"),
    ];

    private static string Processor() => FirstLine("/proc/cpuinfo", "model name") ?? "unknown processor";

    private static string? Load() => FirstLine("/proc/loadavg", "") is { } line ? string.Join(", ", line.Split(' ').Take(3)) : null;

    // Only Linux has these files; elsewhere the fact is left out.
    private static string? FirstLine(string file, string key)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) is { } line ? line[(key.Length == 0 ? 0 : line.IndexOf(':') + 1)..].Trim() : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
