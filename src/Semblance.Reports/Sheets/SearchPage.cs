namespace Semblance.Reports.Sheets;

/// <summary>The page of an answer, with the pictures that were asked for on top.</summary>
internal static class SearchPage
{
    /// <param name="gallery">Where pictures that are asked for by number are looked up.</param>
    /// <param name="title">What was asked, as the person wrote it.</param>
    public static SheetPage Of(Gallery gallery, IReadOnlyList<SearchHit> hits, string title, Query query)
    {
        var asked = new List<SheetPicture>();
        foreach (var input in query.Inputs)
        {
            var mark = input.Weight < 0 ? "unlike this" : input.Weight != 1 ? $"weight {input.Weight:0.##}" : null;
            if (input is PictureInput picture)
                asked.Add(new SheetPicture { Location = picture.Location, Box = picture.Box, MarkText = mark });
            else if (input is ItemInput item && gallery.Item(item.Id) is { } known)
                asked.Add(new SheetPicture { Location = known.Path, MarkText = mark });
        }
        return ContactSheet.OfSearch(title, asked, hits);
    }
}
