using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;

namespace Semblance.Networks.Store;

/// <summary>
/// Keeps, beside a model, its graph as ONNX Runtime optimised it, with the weights in a file of their own, which later starts map
/// instead of reading and copying it: of a network of 64 MB that is most of the time to load it. Such files hold only for one version
/// of the runtime and one kind of CPU (the runtime packs channels by the width of the vectors), so their names say which, and the
/// other names are swept away when new ones are made. A file of checksums says that both are as they were written: the runtime itself
/// would compute with damaged weights without a word.
/// </summary>
internal static class OptimizedModels
{
    private const string Prefix = "optimized-";
    private const string Extension = ".onnx";
    private const string WeightsExtension = ".weights";
    private const string SumsExtension = ".sums";
    private const string LockName = ".optimized.lock";

    public static OnnxSession Open(string path, string sha256, int intraOpThreads)
    {
        var plain = new OnnxSessionOptions { IntraOpThreads = intraOpThreads };
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var cached = Path.Combine(folder, Prefix + Key(sha256) + Extension);
        if (OpenCached(cached, plain) is { } known)
            return known;
        try
        {
            // One maker at a time, or the sweeping of one would take the weights of another.
            using var held = StoreLock.Take(Path.Combine(folder, LockName), CancellationToken.None);
            return OpenCached(cached, plain) ?? Make(path, cached, plain);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A store that may only be read.
            return new OnnxSession(path, plain);
        }
    }

    private static OnnxSession? OpenCached(string cached, OnnxSessionOptions plain)
    {
        try
        {
            if (!File.Exists(cached) || !IsWhole(cached))
                return null;
            return new OnnxSession(cached, plain with { GraphOptimization = GraphOptimization.None });
        }
        catch (Exception failure) when (failure is OnnxException or IOException or UnauthorizedAccessException)
        {
            // A damaged copy of what can be made again.
            return null;
        }
    }

    private static string SumsOf(string cached) => Path.ChangeExtension(cached, SumsExtension);

    /// <summary>Reads both files once, at the rate of memory: a hundredth of what a cold start takes.</summary>
    private static bool IsWhole(string cached)
    {
        var folder = Path.GetDirectoryName(cached)!;
        var lines = File.Exists(SumsOf(cached)) ? File.ReadAllLines(SumsOf(cached)) : [];
        return lines.Length > 0 && lines.All(line => line.Split(' ') is [var sum, var name] && name == Path.GetFileName(name) && File.Exists(Path.Combine(folder, name)) && Sum(Path.Combine(folder, name)) == sum);
    }

    private static void WriteSums(string cached, string graph, string weights)
    {
        var lines = new List<string> { $"{Sum(graph)} {Path.GetFileName(cached)}" };
        // A network of a few small weights has no file for them.
        if (File.Exists(weights))
            lines.Add($"{Sum(weights)} {Path.GetFileName(weights)}");
        File.WriteAllLines(SumsOf(cached), lines);
        Flush(SumsOf(cached));
    }

    /// <summary>CRC-32C and length.</summary>
    private static string Sum(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = GC.AllocateUninitializedArray<byte>(1 << 18);
        var (crc, length) = (uint.MaxValue, 0L);
        for (int read; (read = RandomAccess.Read(file, buffer, length)) > 0; length += read)
        {
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(buffer.AsSpan(0, read)))
                crc = BitOperations.Crc32C(crc, word);
            foreach (var rest in buffer.AsSpan(read & ~7, read & 7))
                crc = BitOperations.Crc32C(crc, rest);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{crc:x8}-{length}");
    }

    private static OnnxSession Make(string path, string cached, OnnxSessionOptions plain)
    {
        var folder = Path.GetDirectoryName(cached)!;
        var made = Guid.NewGuid().ToString("N");
        var temporary = Path.Combine(folder, $".{Prefix}{made}{Extension}");
        // The graph names this file, so it has its name from the start; a name that was never used is mapped by nobody.
        var weights = Prefix + made + WeightsExtension;
        try
        {
            var session = new OnnxSession(path, plain with
            {
                OptimizedModelPath = temporary,
                ConfigEntries = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["session.optimized_model_external_initializers_file_name"] = weights,
                    ["session.optimized_model_external_initializers_min_size_in_bytes"] = "1024",
                },
            });
            Flush(temporary);
            Flush(Path.Combine(folder, weights));
            WriteSums(cached, temporary, Path.Combine(folder, weights));
            File.Move(temporary, cached, overwrite: true);
            foreach (var old in Directory.EnumerateFiles(folder, Prefix + "*").Where(file => file != cached && file != SumsOf(cached) && Path.GetFileName(file) != weights))
                File.Delete(old);
            return session;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or OnnxException)
        {
            TryDelete(temporary);
            TryDelete(Path.Combine(folder, weights));
            return new OnnxSession(path, plain);
        }
    }

    private static void Flush(string path)
    {
        if (!File.Exists(path))
            return;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    private static string Key(string sha256)
    {
        var processor = $"{RuntimeInformation.ProcessArchitecture} {X86Base.IsSupported} {Avx2.IsSupported} {Fma.IsSupported} {Avx512F.IsSupported} {Avx512BW.IsSupported} {AvxVnni.IsSupported}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{sha256} {OnnxSession.RuntimeVersion} {processor}")))[..16];
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
        }
    }
}
