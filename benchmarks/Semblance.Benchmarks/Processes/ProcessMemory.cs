using System.Globalization;

namespace Semblance.Benchmarks.Processes;

/// <summary>Memory of a running process as Linux counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>Megabytes resident now; null once the process has ended.</summary>
    public static double? Resident(int process) => Megabytes(process, "VmRSS:");

    /// <summary>The most megabytes that were ever resident; null once the process has ended.</summary>
    public static double? Peak(int process) => Megabytes(process, "VmHWM:");

    /// <exception cref="VerbUsageException">This is not Linux.</exception>
    public static void Require()
    {
        if (!OperatingSystem.IsLinux())
            throw new VerbUsageException("Memory is read from /proc, which only Linux has.");
    }

    private static double? Megabytes(int process, string key)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/status").FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
            return line is null ? null : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
