using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;

namespace Semblance.Networks.Store;

/// <summary>
/// Keeps, beside a model, its graph as ONNX Runtime optimised it. Such a file holds only for one version of the runtime and
/// one kind of CPU (the runtime packs channels by the width of the vectors), so its name says which, and the other names
/// are swept away when a new one is made.
/// </summary>
internal static class OptimizedModels
{
    private const string Prefix = "optimized-";
    private const string Extension = ".onnx";

    public static OnnxSession Open(string path, string sha256, int intraOpThreads)
    {
        var plain = new OnnxSessionOptions { IntraOpThreads = intraOpThreads };
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var cached = Path.Combine(folder, Prefix + Key(sha256) + Extension);
        if (File.Exists(cached))
        {
            try
            {
                return new OnnxSession(cached, plain with { GraphOptimization = GraphOptimization.None });
            }
            catch (OnnxException)
            {
                // A damaged copy of what can be made again: fall through and replace it.
            }
        }

        var temporary = Path.Combine(folder, $".{Prefix}{Guid.NewGuid():N}{Extension}");
        try
        {
            // Opened for writing first, so that a folder that may only be read costs no second optimisation.
            File.Create(temporary).Dispose();
            var session = new OnnxSession(path, plain with { OptimizedModelPath = temporary });
            using (var stream = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite))
                stream.Flush(flushToDisk: true);
            foreach (var old in Directory.EnumerateFiles(folder, Prefix + "*" + Extension))
                File.Delete(old);
            File.Move(temporary, cached, overwrite: true);
            return session;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or OnnxException)
        {
            TryDelete(temporary);
            return new OnnxSession(path, plain);
        }
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
