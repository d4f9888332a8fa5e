using Semblance.Imaging;
using Semblance.Testing;
using Xunit;

namespace Semblance.Learning.Tests;

public sealed class LabelledPicturesTests
{
    private static readonly byte[] s_jpeg = PictureBytes.Jpeg(TestPictures.Scene(20, 16, 1, 1));

    [Fact]
    public void A_folder_of_class_folders_is_read_in_ordinal_order()
    {
        using var folder = new TemporaryFolder();
        Write(folder, s_jpeg, "zebra/2.jpg", "zebra/10.jpg", "ant/a.PNG", "ant/b.jpg", "Bee/deep/er/x.webp");
        Write(folder, s_jpeg, ".git/hidden.jpg", "ant/.hidden.jpg", "ant/._b.jpg");
        Write(folder, "no picture"u8.ToArray(), "ant/notes.txt", "Thumbs.db");
        var data = LabelledPictures.FromFolder(folder.Path);
        Assert.Equal(["Bee/deep/er", "ant", "zebra"], data.ClassNames);
        Assert.Equal(["Bee/deep/er/x.webp", "ant/a.PNG", "ant/b.jpg", "zebra/10.jpg", "zebra/2.jpg"], Names(data));
        Assert.Equal([0, 1, 1, 2, 2], data.Labels.ToArray());
        Assert.Empty(data.Skipped);
        Assert.True(data[0].Decode(DecodeOptions.Default).Succeeded);
    }

    [Fact]
    public void Empty_classes_and_strays_are_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder, s_jpeg, "ant/a.jpg", "stray.jpg");
        Write(folder, "x"u8.ToArray(), "onlytext/readme.txt");
        Directory.CreateDirectory(folder["empty"]);
        var data = LabelledPictures.FromFolder(folder.Path);
        Assert.Equal(["ant"], data.ClassNames);
        Assert.Equal(["empty/", "onlytext/", "stray.jpg"], data.Skipped.Select(skipped => skipped.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Links_to_folders_do_not_go_round()
    {
        using var folder = new TemporaryFolder();
        Write(folder, s_jpeg, "ant/a.jpg");
        Directory.CreateSymbolicLink(folder["ant", "loop"], folder.Path);
        File.CreateSymbolicLink(folder["ant", "linked.jpg"], folder["ant", "a.jpg"]);
        var data = LabelledPictures.FromFolder(folder.Path);
        Assert.Equal(["ant/a.jpg", "ant/linked.jpg"], Names(data));
        Assert.True(data[1].Decode(DecodeOptions.Default).Succeeded);
    }

    [Fact]
    public void A_set_without_pictures_is_an_error_that_says_what_was_expected()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("<class>/<picture>", Assert.Throws<DataSetException>(() => LabelledPictures.FromFolder(folder.Path)).Message, StringComparison.Ordinal);
        Write(folder, s_jpeg, "stray.jpg");
        Assert.Contains("'stray.jpg'", Assert.Throws<DataSetException>(() => LabelledPictures.FromFolder(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", Assert.Throws<DataSetException>(() => LabelledPictures.FromFolder(folder["nowhere"])).Message, StringComparison.Ordinal);
        Assert.Throws<DataSetException>(() => new LabelledPictures([], [], ["a"]));
    }

    [Fact]
    public void Broken_pictures_are_left_out_by_name_and_counted()
    {
        using var folder = new TemporaryFolder();
        Write(folder, s_jpeg, "ant/good.jpg", "bee/good.jpg");
        Write(folder, s_jpeg[..(s_jpeg.Length / 2)], "ant/cut.jpg");
        Write(folder, "dear diary"u8.ToArray(), "bee/text.jpg");
        Write(folder, [], "cat/empty.png");
        var data = LabelledPictures.FromFolder(folder.Path);
        Assert.Equal(5, data.Count);
        var usable = data.WithoutBroken(threads: 2, TestContext.Current.CancellationToken);
        Assert.Equal(["ant/good.jpg", "bee/good.jpg"], Names(usable));
        Assert.Equal(["ant/cut.jpg", "bee/text.jpg", "cat/empty.png"], usable.Skipped.Select(skipped => skipped.Name));
        Assert.Contains("breaks off", usable.Skipped[0].Message, StringComparison.Ordinal);
        // Numbers of classes stay, so that other parts of the set still agree.
        Assert.Equal(["ant", "bee", "cat"], usable.ClassNames);
        Assert.Equal([0, 1], usable.Labels.ToArray());
        var none = Assert.Throws<DataSetException>(() => data.Subset([0, 4]).WithoutBroken(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("None of the 2", none.Message, StringComparison.Ordinal);
        Assert.Contains("ant/cut.jpg", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_made_to_hurt_is_survived()
    {
        using var folder = new TemporaryFolder();
        using var hostile = HostileFolder.Create(folder["class"], metadataBytes: 1 << 20);
        var data = LabelledPictures.FromFolder(folder.Path);
        var usable = data.WithoutBroken(cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(usable.Count >= 4, $"{usable.Count} pictures");
        Assert.True(usable.Skipped.Count >= 20, $"{usable.Skipped.Count} skipped");
        // One picture lies beside the hostile folder, in no class.
        Assert.All(usable.Skipped.Where(skipped => skipped.Name != Path.GetFileName(hostile.Outside)), skipped => Assert.StartsWith("class/", skipped.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_stratified_split_takes_the_share_of_each_class()
    {
        var data = Made([20, 10, 2, 1]);
        var (train, test) = data.Split(0.3, seed: 5);
        Assert.Equal([14, 7, 1, 1], Counts(train));
        Assert.Equal([6, 3, 1, 0], Counts(test));
        Assert.Empty(Names(train).Intersect(Names(test), StringComparer.Ordinal));
        Assert.Equal(data.ClassNames, test.ClassNames);
        Assert.Equal(Names(test), Names(data.Split(0.3, seed: 5).Test));
        Assert.NotEqual(Names(test), Names(data.Split(0.3, seed: 6).Test));
        // However small or large the share, a class of two or more is in both parts.
        Assert.Equal([1, 1, 1, 0], Counts(data.Split(0.001, seed: 5).Test));
        Assert.Equal([1, 1, 1, 1], Counts(data.Split(0.999, seed: 5).Train));
        Assert.Throws<DataSetException>(() => Made([1, 1]).Split(0.5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Split(1, 1));
    }

    [Fact]
    public void A_split_by_classes_has_no_class_in_common_and_numbers_them_anew()
    {
        var data = Made([3, 4, 5, 6, 7]);
        var (train, test) = data.SplitByClass(0.4, seed: 2);
        Assert.Equal((3, 2), (train.ClassNames.Count, test.ClassNames.Count));
        Assert.Equal(data.ClassNames, train.ClassNames.Concat(test.ClassNames).Order(StringComparer.Ordinal));
        Assert.Equal(data.Count, train.Count + test.Count);
        foreach (var part in new[] { train, test })
        {
            Assert.Equal(Enumerable.Range(0, part.ClassNames.Count), part.Labels.ToArray().Distinct().Order());
            for (var i = 0; i < part.Count; i++)
                Assert.StartsWith(part.ClassNames[part.Labels[i]] + "/", part[i].Name, StringComparison.Ordinal);
        }
        Assert.Equal(test.ClassNames, data.SplitByClass(0.4, seed: 2).Test.ClassNames);
        Assert.Throws<DataSetException>(() => Made([5]).SplitByClass(0.5, 1));
    }

    [Fact]
    public void Classes_and_subsets_can_be_chosen()
    {
        var data = Made([2, 3, 4]);
        var two = data.OfClasses(["class2", "class0"]);
        Assert.Equal(["class0", "class2"], two.ClassNames);
        Assert.Equal([2, 4], Counts(two));
        Assert.Contains("'lion'", Assert.Throws<DataSetException>(() => data.OfClasses(["lion"])).Message, StringComparison.Ordinal);
        var subset = data.Subset([8, 0, 8]);
        Assert.Equal([2, 0, 2], subset.Labels.ToArray());
        Assert.Same(data[8], subset[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Subset([9]));
        Assert.Throws<DataSetException>(() => data.Subset([]));
    }

    [Fact]
    public void Labels_must_fit()
    {
        var source = PictureSource.FromPicture("a", TestPictures.Gradient(4, 4));
        Assert.Throws<ArgumentException>(() => new LabelledPictures([source], [0, 0], ["x"]));
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new LabelledPictures([source], [1], ["x"])).Message, StringComparison.Ordinal);
    }

    internal static LabelledPictures Made(int[] perClass)
    {
        var (sources, labels) = (new List<PictureSource>(), new List<int>());
        for (var label = 0; label < perClass.Length; label++)
        {
            for (var i = 0; i < perClass[label]; i++)
            {
                sources.Add(PictureSource.FromPicture($"class{label}/{i}", TestPictures.Scene(12, 10, label, i)));
                labels.Add(label);
            }
        }
        return new LabelledPictures(sources, labels, [.. perClass.Select((_, label) => $"class{label}")]);
    }

    private static string[] Names(LabelledPictures data) => [.. Enumerable.Range(0, data.Count).Select(i => data[i].Name)];

    private static int[] Counts(LabelledPictures data) => [.. Enumerable.Range(0, data.ClassNames.Count).Select(label => data.Labels.Count(label))];

    private static void Write(TemporaryFolder folder, byte[] bytes, params string[] names)
    {
        foreach (var name in names)
        {
            var path = folder[name.Split('/')];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }
}
