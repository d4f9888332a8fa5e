using Semblance.Testing;
using Xunit;

namespace Semblance.Index.Tests.Fuzzing;

/// <summary>A share of what the benchmark verb <c>fuzz</c> does with 100,000 files.</summary>
public sealed class FuzzTests
{
    private const int Files = 2000;

    [Fact]
    public void Mutated_files_of_every_kind_are_refused_found_by_verify_or_harmless()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        var subjects = FuzzSubject.All(folder.Path);
        var failures = Enumerable.Range(0, Files).Select(number => FuzzSubject.Try(subjects, number, folder.Path)).OfType<string>().ToList();
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(10)));
    }

    [Fact]
    public void Unchanged_files_are_sound_and_answer_as_they_did()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        foreach (var subject in FuzzSubject.All(folder.Path))
        {
            var path = folder["same.index"];
            File.WriteAllBytes(path, subject.Sound);
            Assert.Null(subject.JudgeSound(path, folder["again.index"]));
        }
    }
}
