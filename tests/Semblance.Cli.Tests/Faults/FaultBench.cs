using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Semblance.Testing;
using Xunit;

namespace Semblance.Cli.Tests.Faults;

/// <summary>Alone and after all other tests: these kill processes at measured moments and fill disks.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultCollection
{
    public const string Name = "faults";
}

/// <summary>A folder with pictures and a gallery for one test, and the built command to run on them.</summary>
internal sealed class FaultBench : IDisposable
{
    public const int Refused = 3;

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _mounts = [];

    public FaultBench()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals, mounts and /proc as Linux has them.");
        Environment = new() { ["SEMBLANCE_HOME"] = _folder["home"], ["SEMBLANCE_NO_PROGRESS"] = "1" };
        Gallery = _folder["gallery"];
        Pictures = _folder["pictures"];
        Directory.CreateDirectory(Pictures);
    }

    public Dictionary<string, string> Environment { get; }

    public string Folder => _folder.Path;

    public string Home => _folder["home"];

    public string Gallery { get; set; }

    public string Pictures { get; }

    public string this[params string[] parts] => _folder[parts];

    /// <summary>Writes <c>class0…3/N.jpg</c>: fields of random colours, no two alike, cheap to make and to tell apart.</summary>
    public string[] WritePictures(int count, int width = 240, int height = 180, string? folder = null, int firstSeed = 0)
    {
        var paths = new string[count];
        for (var i = 0; i < count; i++)
        {
            paths[i] = Path.Combine(folder ?? Pictures, "class" + (i % 4), $"{i:0000}.jpg");
            Directory.CreateDirectory(Path.GetDirectoryName(paths[i])!);
            File.WriteAllBytes(paths[i], PictureOf(firstSeed + i, width, height));
        }
        return paths;
    }

    public static byte[] PictureOf(int seed, int width = 240, int height = 180) => PictureBytes.Jpeg(TestPictures.Noise(6, 4, seed).Resize(width, height), 85);

    public ChildProcess Start(params string[] args) => ChildProcess.Start(Folder, Environment, [.. args, "--gallery", Gallery]);

    public async Task<CommandResult> RunAsync(params string[] args)
    {
        using var child = Start(args);
        return await child.EndAsync();
    }

    /// <summary>Runs and asserts success.</summary>
    public async Task<string> OutputOfAsync(params string[] args)
    {
        var result = await RunAsync(args);
        Assert.True(result.Code == 0, $"{string.Join(' ', args)} ended with {result.Code}: {result.Error}{result.Output}");
        return result.Output;
    }

    public Task<string> IndexAsync(params string[] more) => OutputOfAsync(["index", Pictures, "--model", "hsv", .. more]);

    public async Task<(string Path, double Score)[]> SearchAsync(string query, int k = 5) => Hits(await OutputOfAsync("search", query, "-k", $"{k}", "--format", "json"));

    /// <summary>The answer, checked for what holds of any answer: ranks in order, scores falling, nothing twice.</summary>
    public static (string Path, double Score)[] Hits(string json)
    {
        using var document = JsonDocument.Parse(json);
        var hits = document.RootElement.EnumerateArray().Select(hit => (Path: hit.GetProperty("path").GetString()!, Score: hit.GetProperty("score").GetDouble())).ToArray();
        Assert.Equal(hits.Length, hits.Select(hit => hit.Path).Distinct().Count());
        Assert.Equal(hits.Select(hit => hit.Score).OrderDescending(), hits.Select(hit => hit.Score));
        return hits;
    }

    public static long Number(string json, string name)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty(name).GetInt64();
    }

    /// <summary>Asserts one plain sentence on standard error, and no trace of the program's insides.</summary>
    public static void AssertSentence(CommandResult result, int code, string part)
    {
        Assert.True(code == result.Code, $"Ended with {result.Code}, not {code}: {result.Error}");
        AssertNoTrace(result);
        Assert.Contains(part, result.Error, StringComparison.Ordinal);
    }

    public static void AssertNoTrace(CommandResult result)
    {
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", result.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// What the database holds, read without any code of the product: for each present picture its path, content hash and raw
    /// vector. Asserts that the file is sound and each picture has exactly one vector.
    /// </summary>
    /// <summary>Pictures that are committed; 0 while there is no gallery.</summary>
    public long Committed()
    {
        try
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(Gallery, "gallery.db")};Mode=ReadOnly;Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT value FROM counters WHERE name = 'items'";
            return command.ExecuteScalar() is long count ? count : 0;
        }
        catch (SqliteException)
        {
            // Not made yet, or being made.
            return 0;
        }
    }

    public SortedDictionary<string, string> Rows()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Gallery, "gallery.db")};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var check = connection.CreateCommand();
        check.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", check.ExecuteScalar());
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT i.path, lower(hex(i.hash)) || ' ' || i.width || 'x' || i.height || ' ' || i.phash, count(v.item), hex(min(v.vector))
            FROM items i LEFT JOIN vectors v ON v.item = i.id WHERE i.missing = 0 GROUP BY i.id
            """;
        using var reader = command.ExecuteReader();
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            Assert.Equal(1, reader.GetInt64(2));
            rows.Add(reader.GetString(0), $"{reader.GetString(1)} {reader.GetString(3)}");
        }
        return rows;
    }

    public async Task AssertSoundAsync(IEnumerable<string> files)
    {
        Assert.Equal(files.Order(StringComparer.Ordinal), Rows().Keys);
        await OutputOfAsync("verify");
    }

    /// <summary>Mounts a small disk, or skips the test where that is not allowed. It goes with the bench.</summary>
    public string Mount(string name, string size)
    {
        var folder = _folder[name];
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(Tool("mount", "-t", "tmpfs", "-o", $"size={size},mode=755", "tmpfs", folder), "This user or machine may not mount a disk.");
        _mounts.Add(folder);
        return folder;
    }

    public static void Remount(string folder, string options) => Assert.True(Tool("mount", "-o", "remount," + options, folder), $"remount {options} failed");

    public static bool Tool(string program, params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var mount in _mounts)
            Tool("umount", "-l", mount);
        _folder.Dispose();
    }
}
