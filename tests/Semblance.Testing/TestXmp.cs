using System.Text;

namespace Semblance.Testing;

/// <summary>XMP packets as programs write them.</summary>
public static class TestXmp
{
    private const string Namespaces = """
        xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
        xmlns:exifEX="http://cipa.jp/exif/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
        """;

    /// <param name="attributes">Properties as attributes of the description: <c>xmp:Rating="4"</c>.</param>
    /// <param name="elements">Properties as elements in it.</param>
    public static byte[] Packet(string attributes = "", string elements = "") => Encoding.UTF8.GetBytes(Text(attributes, elements));

    public static string Text(string attributes = "", string elements = "") => $"""
        <?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" {Namespaces} {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>
        <?xpacket end="w"?>
        """;
}
