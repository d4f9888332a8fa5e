using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Semblance.Storage.Sqlite;
using Semblance.Testing;
using Xunit;

namespace Semblance.Tests.Storage;

/// <summary>An old gallery is opened for the first time by a process that is killed, at twenty moments from the first to the last.</summary>
public sealed class MigrationKillTests
{
    private const string FolderVariable = "SEMBLANCE_MIGRATION_TEST_FOLDER";
    private const string Ready = "about to migrate";
    private const int Kills = 20;
    private const int Pictures = 2000;

    [Fact]
    public async Task A_migration_that_is_killed_at_any_moment_loses_nothing()
    {
        using var folder = new TemporaryFolder();
        var old = folder["old.db"];
        WriteOld(old);
        var gallery = folder["gallery"];
        Directory.CreateDirectory(gallery);
        File.Copy(old, Path.Combine(gallery, "gallery.db"));
        // How long it takes when nobody interferes.
        var whole = await MigrateAsync(gallery, null);
        AssertWhole(gallery);
        var cut = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            Directory.Delete(gallery, recursive: true);
            Directory.CreateDirectory(gallery);
            File.Copy(old, Path.Combine(gallery, "gallery.db"));
            await MigrateAsync(gallery, whole * (kill + 0.5) / Kills);
            cut += VersionOf(gallery) < Schema.CurrentVersion ? 1 : 0;
            AssertWhole(gallery);
        }
        // Kills that all came too late would prove nothing.
        Assert.True(cut >= 2, $"{cut} of {Kills}");
    }

    /// <summary>Opens the gallery; the test above kills it.</summary>
    [Fact(Explicit = true)]
    public void Migrate()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipUnless(folder is not null, "Only as a child of the test above.");
        Console.WriteLine(Ready);
        Console.Out.Flush();
        using var gallery = Gallery.Open(folder);
    }

    private static async Task<TimeSpan> MigrateAsync(string folder, TimeSpan? killAfter)
    {
        var program = Path.ChangeExtension(typeof(MigrationKillTests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null).TrimEnd('.');
        var start = new ProcessStartInfo(program, ["-method", $"{typeof(MigrationKillTests).FullName}.{nameof(Migrate)}", "-explicit", "only", "-showLiveOutput", "-noColor"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderVariable] = folder;
        using var child = Process.Start(start)!;
        while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains(Ready, StringComparison.Ordinal))
        {
            // What the runner says before.
        }
        var watch = Stopwatch.StartNew();
        if (killAfter is { } delay)
        {
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            child.Kill();
        }
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        return watch.Elapsed;
    }

    private static void AssertWhole(string folder)
    {
        using var gallery = Gallery.Open(folder);
        var verification = gallery.Verify();
        Assert.True(verification.Ok, string.Join('\n', verification.Problems));
        Assert.Equal((Pictures, Pictures), (verification.Items, verification.Vectors));
        Assert.Equal(Pictures / 10, gallery.AllTags().Count);
        Assert.Equal(2, gallery.Sidecars().Count);
        Assert.Equal("/p/7/77.jpg", gallery.Item(77)!.Path);
        Assert.Equal(77f, gallery.Vector(77)![0]);
    }

    private static long VersionOf(string folder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "gallery.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return (long)command.ExecuteScalar()!;
    }

    private static void WriteOld(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        foreach (var step in Schema.Steps.Take(3))
            Execute(connection, step);
        Execute(connection, $"PRAGMA application_id = {Schema.ApplicationId}; PRAGMA user_version = 3; UPDATE counters SET value = 1");
        Execute(connection, $"INSERT INTO spaces VALUES (1, 'tiny', 'tiny', '{new string('0', 64)}', 'float', 'picture', 512, 'cosine', 'none', 0, 0, NULL, 0, 0, NULL, 1)");
        using var transaction = connection.BeginTransaction();
        using var vector = connection.CreateCommand();
        vector.CommandText = "INSERT INTO vectors VALUES (1, $item, $vector, $crc)";
        vector.Parameters.Add("$item", SqliteType.Integer);
        vector.Parameters.Add("$vector", SqliteType.Blob);
        vector.Parameters.Add("$crc", SqliteType.Integer);
        for (var id = 1; id <= Pictures; id++)
        {
            Execute(connection, $"INSERT INTO items (id, path, size, modified, hash, format, width, height, orientation, phash, dhash, changed, facts) VALUES ({id}, '/p/{id % 10}/{id}.jpg', 1, 1, '{id:x64}', 'jpeg', 1, 1, 1, {id}, {id}, 1, 99)");
            var raw = new float[512];
            raw[0] = id % 2048;
            var bytes = Semblance.Spaces.VectorForm.Encode(Networks.SpaceKind.Float, raw);
            (vector.Parameters[0].Value, vector.Parameters[1].Value, vector.Parameters[2].Value) = (id, bytes, (long)Semblance.Storage.Checksum.Crc32C(bytes));
            vector.ExecuteNonQuery();
            if (id % 10 == 0)
                Execute(connection, $"INSERT INTO tags VALUES ({id}, 'kept')");
        }
        Execute(connection, "INSERT INTO sidecars VALUES (1, '/p/1.xmp', 1, 1), (2, '/p/2.xmp', 1, 1)");
        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
