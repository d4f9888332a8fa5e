using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Semblance.Features.Runtimes;

/// <summary>What tells this machine's processor from another's.</summary>
internal static class ProcessorName
{
    public static string Value { get; } = $"{Model() ?? "unknown"}, {RuntimeInformation.ProcessArchitecture}, vectors of {Width()} bits";

    private static string? Model()
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        try
        {
            return OperatingSystem.IsLinux() && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
                ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
                : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Width() => Avx512F.IsSupported ? 512 : Avx2.IsSupported ? 256 : 128;
}
